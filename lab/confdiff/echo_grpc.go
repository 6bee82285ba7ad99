package confdiff

import (
	"bytes"
	"fmt"
	"io"
	"net"
	"strconv"

	"golang.org/x/net/http2"
	"golang.org/x/net/http2/hpack"
)

// grpc notes the first request of a connection as HTTP/2 has it, once its body is there: the authority stands as Host, the
// names of fields are in lower case.
func (e *Echo) grpc(c net.Conn) {
	preface := make([]byte, len(http2.ClientPreface))
	if _, err := io.ReadFull(c, preface); err != nil || string(preface) != http2.ClientPreface {
		return
	}
	f := http2.NewFramer(c, c)
	if f.WriteSettings() != nil {
		return
	}
	var block []byte
	stream := uint32(0)
	for ended := false; !ended; {
		frame, err := f.ReadFrame()
		if err != nil {
			return
		}
		switch frame := frame.(type) {
		case *http2.SettingsFrame:
			if !frame.IsAck() && f.WriteSettingsAck() != nil {
				return
			}
		case *http2.HeadersFrame:
			stream, block, ended = frame.StreamID, append(block, frame.HeaderBlockFragment()...), frame.StreamEnded()
		case *http2.ContinuationFrame:
			block = append(block, frame.HeaderBlockFragment()...)
		case *http2.DataFrame:
			ended = frame.StreamEnded()
		}
	}
	fields, err := hpack.NewDecoder(4096, nil).DecodeFull(block)
	if err != nil {
		return
	}
	e.note(Passed{Head: grpcHead(fields)})
	var answer bytes.Buffer
	w := hpack.NewEncoder(&answer)
	for _, p := range []hpack.HeaderField{{Name: ":status", Value: strconv.Itoa(EchoStatus)}, {Name: "content-type", Value: "application/grpc"}} {
		if w.WriteField(p) != nil {
			return
		}
	}
	if f.WriteHeaders(http2.HeadersFrameParam{StreamID: stream, BlockFragment: answer.Bytes(), EndStream: true, EndHeaders: true}) == nil {
		_, _ = io.Copy(io.Discard, c) // until nginx goes
	}
}

// grpcHead writes the fields of HTTP/2 as the head of a request.
func grpcHead(fields []hpack.HeaderField) string {
	var method, path, rest string
	for _, f := range fields {
		switch f.Name {
		case ":method":
			method = f.Value
		case ":path":
			path = f.Value
		case ":scheme":
		case ":authority":
			rest = "Host: " + f.Value + "\r\n" + rest
		default:
			rest += f.Name + ": " + f.Value + "\r\n"
		}
	}
	return fmt.Sprintf("%s %s HTTP/2\r\n%s\r\n", method, path, rest)
}
