package message

import "strings"

// speakers are the marks by which programs are known, the surest first. A mark counts at the beginning of a line when
// its front is set, anywhere otherwise.
var speakers = []struct {
	mark  string
	who   string
	front bool
}{
	{"npm ERR!", "npm", true}, {"npm error", "npm", true}, {"npm WARN", "npm", true}, {"npm warn", "npm", true},
	{"ERR_PNPM_", "pnpm", false}, {"➤ YN", "yarn", false}, {"yarn install v", "yarn", true}, {"error An unexpected error occurred: \"http", "yarn", true}, {"info Visit https://yarnpkg.com", "yarn", true}, {"Usage Error: ", "yarn", true},
	{"curl: (", "curl", false},
	{"fatal: Authentication failed", "git", false}, {"fatal: could not read", "git", false}, {"fatal: unable to access", "git", false}, {"fatal: repository", "git", false}, {"fatal: Could not read from remote", "git", false}, {"remote: ", "git", true}, {"batch response:", "git", false}, {"error: RPC failed;", "git", true}, {"error: failed to push some refs", "git", true}, {"Username for 'http", "git", true}, {"git-credential", "git", false}, {"LFS: ", "git", true}, {"fatal: credential", "git", false},
	{"Error from server (", "kubectl", false}, {"You must be logged in to the server", "kubectl", false}, {"Unable to connect to the server:", "kubectl", false}, {"couldn't get current server API group list", "kubectl", false}, {"getting credentials: exec", "kubectl", false}, {"error: the server doesn't have a resource type", "kubectl", false},
	{"Error response from daemon:", "docker", false}, {"no basic auth credentials", "docker", false}, {"denied: requested access to the resource is denied", "docker", false}, {"docker.errors.", "docker", false}, {"unauthorized: incorrect username or password", "docker", false}, {"failed to solve:", "docker", false}, {"unauthorized: authentication required", "docker", false}, {"error getting credentials - err: exec: \"docker-credential", "docker", false}, {"docker: ", "docker", true}, {"denied: ", "docker", true}, {"Error saving credentials: error storing credentials", "docker", false},
	{"Error: initializing source docker://", "podman", false}, {"Error: logging into \"", "podman", false}, {"Error: authenticating creds for", "podman", false}, {"invalid username/password: unauthorized", "podman", false}, {"Error: unable to copy from source docker://", "podman", false}, {"Error: trying to reuse blob", "podman", false}, {"reading manifest", "podman", false}, {"FATA[0", "skopeo", false}, {"nerdctl", "nerdctl", false}, {"ctr: ", "containerd", true}, {"buildah", "buildah", false}, {"Failed to pull image", "kubelet", false}, {"failed to resolve reference", "containerd", false}, {"ErrImagePull", "kubelet", false}, {"ImagePullBackOff", "kubelet", false},
	{"Could not install packages due to", "pip", false}, {"Could not find a version that satisfies", "pip", false}, {"ERROR: HTTP error ", "pip", false}, {"WARNING: Retrying (Retry(", "pip", false}, {"Looking in indexes:", "pip", true}, {"pip._", "pip", false}, {"WARNING: 401 Error, Credentials not correct", "pip", false}, {"WARNING: 403 Error", "pip", false}, {"HTTP error 401 while getting", "pip", false}, {"HTTP error 403 while getting", "pip", false},
	{"Uploading distributions to", "twine", false}, {"twine", "twine", false}, {"error: Failed to publish `", "uv", true}, {"error: Failed to fetch: `", "uv", false}, {"× No solution found", "uv", false}, {"error: Request failed after", "uv", true}, {"upload.pypi.org", "twine", false}, {"poetry", "poetry", false}, {" | b'<html", "poetry", false}, {"\n - Uploading ", "poetry", false}, {"Publishing ", "poetry", true}, {"Authorization error accessing https://", "poetry", false}, {"CondaHTTPError", "conda", false}, {"UnavailableInvalidChannel", "conda", false},
	{"Could not transfer artifact", "maven", false}, {"Could not resolve dependencies for project", "maven", false}, {"Failed to execute goal", "maven", false}, {"org.apache.maven", "maven", false}, {"Not authorized , ReasonPhrase", "maven", false}, {"authentication failed for https://", "maven", false}, {"Non-resolvable parent POM", "maven", false},
	{"FAILURE: Build failed with an exception", "gradle", false}, {"Could not resolve all ", "gradle", false}, {"> Could not GET '", "gradle", false}, {"> Could not HEAD '", "gradle", false}, {"Could not GET 'http", "gradle", false}, {"> Could not PUT '", "gradle", false}, {"BUILD FAILED in", "gradle", false}, {"org.gradle", "gradle", false}, {"Received status code", "gradle", false}, {"> Task :", "gradle", false}, {"sbt.", "sbt", false}, {"[error] (update) ", "sbt", false}, {"unauthorized: http", "sbt", false},
	{"Unable to load the service index for source", "dotnet", false}, {"error NU1", "dotnet", false}, {"NuGet.targets(", "dotnet", false}, {"Response status code does not indicate success", "dotnet", false}, {"warn : ", "dotnet", true}, {"error: Response status code", "dotnet", false}, {"error NU", "dotnet", false},
	{"Composer\\Downloader", "composer", false}, {"packages.json\" file could not be downloaded", "composer", false}, {"Invalid credentials (HTTP", "composer", false}, {"Could not authenticate against github.com", "composer", false}, {"composer", "composer", false},
	{"│ Error:", "terraform", false}, {"Error: Failed to query available provider packages", "terraform", false}, {"Error: error configuring Terraform", "terraform", false}, {"Error: configuring Terraform AWS Provider", "terraform", false}, {"terraform", "terraform", false}, {"on provider.tf line", "terraform", false}, {"hashicorp/", "terraform", false},
	{"Error: failed to authorize: failed to fetch oauth token", "helm", false}, {"Error: looks like \"", "helm", false}, {"Error: INSTALLATION FAILED", "helm", false}, {"Error: UPGRADE FAILED", "helm", false}, {"Error: failed to download \"", "helm", false}, {"Error: Kubernetes cluster unreachable", "helm", false}, {"Error: failed to fetch https://", "helm", false}, {"Error: login attempt to http", "helm", false}, {"Error: GET \"https://", "helm", false}, {"helm", "helm", false}, {"flux ", "flux", false}, {"argocd", "argocd", false},
	{"botocore.exceptions.", "boto3", false}, {"An error occurred (", "aws", false}, {"fatal error: An error occurred", "aws", false}, {"Unable to locate credentials", "aws", false}, {"The SSO session associated with this profile", "aws", false}, {"Error loading SSO Token", "aws", false}, {"The security token included in the request", "aws", false}, {"Token has expired and refresh failed", "aws", false}, {"upload failed: ", "aws", true}, {"download failed: ", "aws", true}, {"aws: error", "aws", false}, {"operation error ", "aws-sdk-go", false},
	{"Please run 'az login'", "az", false}, {"az login", "az", false}, {"azcopy", "azcopy", false}, {"RESPONSE 403: 403", "azcopy", false}, {"(AuthorizationFailed)", "az", false}, {"Code: AuthorizationFailed", "az", false}, {"Code: InvalidAuthenticationToken", "az", false}, {"(InvalidAuthenticationToken", "az", false}, {"(AuthenticationFailed)", "az", false},
	{"ERROR: (gcloud.", "gcloud", false}, {"gcloud auth", "gcloud", false}, {"There was a problem refreshing your current auth tokens", "gcloud", false}, {"AccessDeniedException: 403", "gsutil", false}, {"ServiceException: 401", "gsutil", false}, {"gsutil", "gsutil", false}, {"google.api_core.exceptions", "google-cloud", false}, {"google.auth.exceptions", "google-cloud", false}, {"googleapi: Error", "google-cloud", false},
	{"verifying module:", "go", false}, {"reading https://sum.golang.org", "go", false}, {"reading https://proxy.golang.org", "go", false}, {"go: ", "go", true}, {"git ls-remote -q", "go", false},
	{"failed to get successful HTTP response from", "cargo", false}, {"failed to load source for dependency", "cargo", false}, {"the remote server responded with an error", "cargo", false}, {"failed to authenticate when downloading repository", "cargo", false}, {"cargo login", "cargo", false}, {"error: failed to download `", "cargo", true}, {"error: failed to get `", "cargo", true}, {"    Updating `", "cargo", true}, {"failed to publish to registry", "cargo", false}, {"no token found", "cargo", false}, {"token rejected for `", "cargo", false},
	{"HTTP request sent, awaiting response", "wget", false}, {"... connected.", "wget", false}, {"Saving to: ", "wget", true}, {"Username/Password Authentication Failed", "wget", false}, {"Authentication selected:", "wget", false}, {"wget: ", "wget", true},
	{"gh auth", "gh", false}, {"gh: ", "gh", true}, {"GraphQL error:", "gh", false}, {"GraphQL: ", "gh", false}, {"(https://api.github.com", "gh", false}, {"glab", "glab", false}, {"HTTP 401: Bad credentials (", "gh", false},
	{"fatal: [", "ansible", true}, {"TASK [", "ansible", true}, {"UNREACHABLE!", "ansible", false}, {"FAILED! => {", "ansible", false}, {"[WARNING]: Unable to find", "ansible", false}, {"[ERROR]: ", "ansible", true}, {"ERROR! ", "ansible", true},
	{"Error making API request.", "vault", false}, {"Error authenticating: Error", "vault", false}, {"Error writing data to auth/", "vault", false}, {"Error reading secret/", "vault", false}, {"/v1/sys/", "vault", false}, {"VAULT_", "vault", false}, {"vault", "vault", false},
	{"psql: ", "psql", true}, {"FATAL:  password authentication failed", "postgres", false}, {"FATAL:  no pg_hba.conf entry", "postgres", false}, {"Access denied for user '", "mysql", false}, {"mysql: ", "mysql", true}, {"MongoServerError", "mongodb", false}, {"NOAUTH ", "redis", false}, {"WRONGPASS ", "redis", false},
	{"Permission denied (publickey", "ssh", false}, {"rsync", "rsync", false}, {"gem push", "gem", false}, {"ERROR:  While executing gem", "gem", false}, {"Bundler::", "bundler", false}, {"Bad username or password for https://", "bundler", false}, {"Authentication is required for ", "bundler", false}, {"bundle config", "bundler", false}, {"Err:", "apt", true}, {"E: Failed to fetch", "apt", true}, {"E: The repository", "apt", true}, {"Errors during downloading metadata for repository", "dnf", false}, {"Cannot download repomd.xml", "dnf", false}, {"[Errno 14] HTTPS Error", "yum", false}, {"[Errno 14] curl#22", "yum", false}, {"==> ", "brew", true}, {"svn: E", "svn", false}, {"abort: authorization failed", "hg", false}, {"abort: HTTP Error", "hg", false}, {"rclone", "rclone", false}, {"s3cmd", "s3cmd", false}, {"mc: <ERROR>", "mc", false}, {"Error: Unable to authenticate, need:", "npm", false}, {"oras", "oras", false}, {"crane", "crane", false}, {"oc login", "oc", false}, {"oc: ", "oc", true}, {"conan", "conan", false}, {"ERROR: HTTPError: ", "twine", false}, {"HTTPError: 403 Client Error", "requests", false}, {"HTTPError: 401 Client Error", "requests", false},
	{"openai.", "openai", false}, {"Incorrect API key provided", "openai", false}, {"platform.openai.com", "openai", false}, {"anthropic.", "anthropic", false}, {"litellm.", "litellm", false}, {"Error code: 401 -", "openai", false}, {"Error code: 403 -", "openai", false}, {"You didn't provide an API key", "openai", false}, {"langchain", "langchain", false},
	{"has been blocked by CORS policy", "browser", false}, {"Cross-Origin Request Blocked", "browser", false}, {"CORS preflight", "browser", false}, {"Access-Control-Allow-Headers in preflight response", "browser", false}, {"Failed to load resource: the server responded", "browser", false}, {"net::ERR_", "browser", false}, {"has been rejected", "browser", false}, {"WebSocket connection to '", "browser", false},
	{"urllib3.exceptions", "urllib3", false}, {"requests.exceptions", "requests", false}, {"urllib.error.HTTPError", "urllib", false}, {"httpx.HTTPStatusError", "httpx", false}, {"AxiosError", "axios", false}, {"Request failed with status code", "axios", false}, {"aiohttp.client_exceptions", "aiohttp", false}, {"jwt.exceptions.", "pyjwt", false}, {"JsonWebTokenError", "jsonwebtoken", false}, {"TokenExpiredError", "jsonwebtoken", false}, {"GuzzleHttp\\", "guzzle", false}, {"resulted in a `4", "guzzle", false}, {"Client error: `", "guzzle", false}, {"cURL error ", "php", false}, {"Net::HTTP", "ruby", false}, {"Faraday::", "faraday", false}, {"OAuth2::Error", "oauth2", false},
	{"org.springframework", "spring", false}, {"o.s.s.", "spring", false}, {"o.s.web", "spring", false}, {"[org.keycloak", "keycloak", false}, {"org.keycloak", "keycloak", false}, {"[io.quarkus", "quarkus", false}, {"io.jsonwebtoken", "jjwt", false}, {"com.auth0.jwt", "java-jwt", false}, {"com.nimbusds", "nimbus", false}, {"org.apache.tomcat", "tomcat", false}, {"org.apache.catalina", "tomcat", false}, {"org.eclipse.jetty", "jetty", false}, {"hudson.", "jenkins", false}, {"jenkins.", "jenkins", false}, {"java.io.IOException: Server returned HTTP response code", "java", false}, {"feign.FeignException", "feign", false}, {"com.amazonaws", "aws-sdk-java", false}, {"software.amazon.awssdk", "aws-sdk-java", false}, {"org.elasticsearch", "elasticsearch", false}, {"security_exception", "elasticsearch", false}, {"o.e.x.s.", "elasticsearch", false}, {"o.k.", "keycloak", false},
	{"Microsoft.AspNetCore", "dotnet", false}, {"Microsoft.IdentityModel", "dotnet", false}, {"System.Net.Http.HttpRequestException", "dotnet", false}, {"System.Security.", "dotnet", false}, {"IDX1", "dotnet", false}, {"IDX2", "dotnet", false}, {"IdentityServer", "dotnet", false}, {"Duende.", "dotnet", false}, {"System.", "dotnet", true}, {"Microsoft.", "dotnet", true},
	{"production.ERROR:", "laravel", false}, {"local.ERROR:", "laravel", false}, {"Illuminate\\", "laravel", false}, {"Symfony\\", "symfony", false}, {"security.DEBUG", "symfony", false}, {"request.ERROR", "symfony", false}, {"security.INFO", "symfony", false}, {"Sabre\\DAV", "sabredav", false}, {"SimpleSAML", "simplesamlphp", false}, {"PHP Fatal error", "php", false}, {"PHP Warning", "php", false}, {"PHP Notice", "php", false}, {"rest_cookie_invalid_nonce", "wordpress", false}, {"jwt_auth_", "wordpress", false}, {"WP_Error", "wordpress", false},
	{"django.", "django", false}, {"rest_framework", "django", false}, {"werkzeug", "flask", false}, {"uvicorn", "uvicorn", false}, {"gunicorn", "gunicorn", false}, {"Completed 401", "rails", false}, {"Processing by ", "rails", false}, {"Completed ", "rails", true}, {"Completed 403", "rails", false}, {"Filter chain halted as", "rails", false}, {"Can't verify CSRF token authenticity", "rails", false}, {"Started GET \"", "rails", false}, {"Started POST \"", "rails", false}, {"ActionController::", "rails", false}, {"Warden", "rails", false},
	{"oauth2-proxy", "oauth2-proxy", false}, {"[oauthproxy.go", "oauth2-proxy", false}, {"AuthFailure Invalid authentication via", "oauth2-proxy", false}, {"authelia", "authelia", false}, {"k8s.io/", "kubernetes", false}, {"reflector.go", "kubernetes", false}, {"authentication.go", "kube-apiserver", false}, {"Unable to authenticate the request", "kube-apiserver", false}, {"kubelet", "kubelet", false}, {"x509: ", "go", false}, {"net/http: ", "go", false}, {"urn:ietf:params:acme:error:", "acme", false}, {"certbot", "certbot", false}, {"traefik", "traefik", false}, {"envoy", "envoy", false}, {"kong", "kong", false}, {"[http.log", "caddy", false}, {"AADSTS", "azure", false}, {"failed to authorize: failed to fetch", "docker", false},
}

// Who names the program that a text is by, as far as its form tells: "npm", "git", "kubectl", "spring"; "" when it does
// not. A program's mere name counts only where nothing better is found.
func Who(text string) string {
	text = cut(text, 8<<10)
	for i := range speakers {
		s := &speakers[i]
		if s.mark == s.who {
			continue
		}
		at := strings.Index(text, s.mark)
		if at < 0 {
			continue
		}
		if !s.front || at == 0 || strings.Contains(text, "\n"+s.mark) {
			return s.who
		}
	}
	if klog(text) {
		return "kubernetes"
	}
	for i := range speakers {
		if s := &speakers[i]; s.mark == s.who && word(text, s.mark) {
			return s.who
		}
	}
	return ""
}

// word reports that w stands in text as a word of its own.
func word(text, w string) bool {
	for from := 0; ; {
		i := strings.Index(text[from:], w)
		if i < 0 {
			return false
		}
		i += from
		from = i + len(w)
		if (i == 0 || !letter(text[i-1]) && text[i-1] != '-' && text[i-1] != '/') && (from == len(text) || !letter(text[from]) && text[from] != '.') {
			return true
		}
	}
}

// tools are the speakers that people run in a terminal; the others are servers and libraries.
var tools = map[string]bool{}

func init() {
	for _, w := range strings.Fields("npm pnpm yarn curl git kubectl docker podman skopeo nerdctl containerd buildah kubelet pip twine uv poetry conda maven gradle sbt dotnet composer terraform helm flux argocd aws az azcopy gcloud gsutil go cargo wget gh glab ansible vault psql postgres mysql redis mongodb ssh rsync gem bundler apt dnf yum brew svn hg rclone s3cmd mc oras crane oc conan requests acme certbot openai anthropic") {
		tools[w] = true
	}
}
