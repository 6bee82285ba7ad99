import java.io.*;
import java.net.*;
import java.net.http.*;
import java.security.cert.X509Certificate;
import javax.net.ssl.*;

/** Sends each "METHOD URL" line of standard input, with HttpURLConnection or java.net.http as the argument says. */
public class Client {
    public static void main(String[] args) throws Exception {
        SSLContext trusting = SSLContext.getInstance("TLS");
        trusting.init(null, new TrustManager[] {new X509ExtendedTrustManager() {
            public void checkClientTrusted(X509Certificate[] c, String a) {}
            public void checkServerTrusted(X509Certificate[] c, String a) {}
            public void checkClientTrusted(X509Certificate[] c, String a, Socket s) {}
            public void checkServerTrusted(X509Certificate[] c, String a, Socket s) {}
            public void checkClientTrusted(X509Certificate[] c, String a, SSLEngine e) {}
            public void checkServerTrusted(X509Certificate[] c, String a, SSLEngine e) {}
            public X509Certificate[] getAcceptedIssuers() { return new X509Certificate[0]; }
        }}, null);
        HttpsURLConnection.setDefaultSSLSocketFactory(trusting.getSocketFactory());
        HttpClient client = HttpClient.newBuilder().sslContext(trusting).followRedirects(HttpClient.Redirect.ALWAYS)
            .version(HttpClient.Version.HTTP_1_1).proxy(ProxySelector.getDefault()).build();
        String[] headers = System.getenv("CLIENT_HEADERS").split("\n");
        BufferedReader in = new BufferedReader(new InputStreamReader(System.in));
        for (String line; (line = in.readLine()) != null; ) {
            String method = line.split(" ")[0], url = line.split(" ")[1];
            boolean body = method.equals("POST") || method.equals("PUT");
            try {
                if (args[0].equals("connection")) {
                    HttpURLConnection c = (HttpURLConnection) new URL(url).openConnection();
                    c.setRequestMethod(method);
                    for (String h : headers) c.setRequestProperty(h.split(": ")[0], h.split(": ")[1]);
                    if (body) {
                        c.setDoOutput(true);
                        c.getOutputStream().write("body=1".getBytes());
                    }
                    c.getResponseCode();
                    c.disconnect();
                } else {
                    HttpRequest.Builder b = HttpRequest.newBuilder(URI.create(url));
                    b.method(method, body ? HttpRequest.BodyPublishers.ofString("body=1") : HttpRequest.BodyPublishers.noBody());
                    for (String h : headers) b.header(h.split(": ")[0], h.split(": ")[1]);
                    client.send(b.build(), HttpResponse.BodyHandlers.discarding());
                }
            } catch (Exception e) {
                System.out.println(method + " " + url + " " + e);
            }
        }
    }
}
