package telnet_test

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"strings"
	"testing"
	"time"
	"unicode"

	"github.com/sightglass-go/sightglass/eval"
	"github.com/sightglass-go/sightglass/internal/rig"
	"github.com/sightglass-go/sightglass/telnet"
)

const greeting = `{"v":1,"ok":true,"type":"session","value":"","text":"\u001b[2J"}` + "\r\n"

// A server of another protocol lets nobody in, which is no matter of who asks.
func TestClientOfOtherServers(t *testing.T) {
	for says, want := range map[string]string{
		"HTTP/1.1 400 Bad Request\r\nContent-Type: text/plain\r\n\r\n400 Bad Request": "it is a web server",
		"<!DOCTYPE HTML>\n<html>\n</html>\n":                                          "it is a web server",
		"SSH-2.0-OpenSSH_9.6\r\nInvalid SSH identification string.\r\n":               "it is an SSH server",
		"-ERR unknown command 'json', with args beginning with: 'on' \r\n":            "it is a Redis or POP3 server",
	} {
		ours, theirs := net.Pipe()
		go func() {
			defer theirs.Close()
			bufio.NewReader(theirs).ReadString('\n')
			io.WriteString(theirs, says)
		}()
		d := &telnet.Dialer{DialContext: func(context.Context, string, string) (net.Conn, error) { return ours, nil }}
		if _, err := d.Dial(t.Context(), ""); !errors.Is(err, telnet.ErrProtocol) || errors.Is(err, telnet.ErrDenied) || !strings.HasSuffix(err.Error(), want) {
			t.Errorf("%q: %v, want %s", says, err, want)
		}
	}
}

// A question ends at once when the server does not wait for its answer, whatever it says then.
func TestClientQuestionEnds(t *testing.T) {
	const ask = `{"v":1,"event":"ask","ask":{"text":"user: ","secret":false}}` + "\r\n"
	for name, tc := range map[string]struct{ says, want string }{
		"closes":             {"", "telnet: the server closed the connection"},
		"closes in a line":   {`{"v":1,"ok":fal`, `denied: the server closed the connection: {"v":1,"ok":fal`},
		"with a word":        {"too late \x1b[2J\r\n", `denied: the server closed the connection: too late \x1b[2J`},
		"with an answer":     {`{"v":1,"ok":false,"error":{"code":"denied","message":"too late"}}` + "\r\n", "denied: too late"},
		"goes on":            {ask, "telnet: the server breaks the protocol: it goes on before its question is answered"},
		"goes on with chaos": {greeting, "telnet: the server breaks the protocol: it goes on before its question is answered"},
	} {
		t.Run(name, func(t *testing.T) {
			ours, theirs := net.Pipe()
			asked := make(chan struct{})
			go func() {
				defer theirs.Close()
				bufio.NewReader(theirs).ReadString('\n')
				io.WriteString(theirs, ask)
				<-asked
				io.WriteString(theirs, tc.says)
			}()
			d := &telnet.Dialer{
				DialContext: func(context.Context, string, string) (net.Conn, error) { return ours, nil },
				Login: func(ctx context.Context, q telnet.Question) (string, error) {
					close(asked)
					<-ctx.Done() // nobody types anything
					return "", context.Cause(ctx)
				},
			}
			_, err := d.Dial(t.Context(), "")
			var e *telnet.Error
			got := fmt.Sprint(err)
			if errors.As(err, &e) {
				got = e.Code + ": " + e.Message
			}
			if got != tc.want {
				t.Errorf("got  %s\nwant %s", got, tc.want)
			}
		})
	}
}

// TestClientAgainstHostileServers: whatever a server sends, the client ends with an error, and nothing
// of it can act on a terminal.
func TestClientAgainstHostileServers(t *testing.T) {
	endless := func(conn net.Conn, what string) {
		for {
			if _, err := io.WriteString(conn, what); err != nil {
				return
			}
		}
	}
	says := func(what string) func(net.Conn, *bufio.Scanner) {
		return func(conn net.Conn, lines *bufio.Scanner) {
			io.WriteString(conn, greeting)
			lines.Scan()
			io.WriteString(conn, what+"\n")
			lines.Scan()
		}
	}
	for name, play := range map[string]func(net.Conn, *bufio.Scanner){
		"closes":         func(net.Conn, *bufio.Scanner) {},
		"refuses":        func(conn net.Conn, _ *bufio.Scanner) { io.WriteString(conn, "no \x1b[2J\u009b1A\u202e\r\n") },
		"endless banner": func(conn net.Conn, _ *bufio.Scanner) { endless(conn, "welcome\r\n") },
		"endless line":   func(conn net.Conn, _ *bufio.Scanner) { endless(conn, strings.Repeat("x", 1000)) },
		"endless questions": func(conn net.Conn, _ *bufio.Scanner) {
			endless(conn, `{"v":1,"event":"ask","ask":{"text":"\u001b[2J"}}`+"\n")
		},
		"binary":                 func(conn net.Conn, _ *bufio.Scanner) { endless(conn, "\x00\xff\xfe\x1b\n") },
		"another version":        func(conn net.Conn, _ *bufio.Scanner) { io.WriteString(conn, `{"v":2,"ok":true,"value":1}`+"\n") },
		"an odd first answer":    func(conn net.Conn, _ *bufio.Scanner) { io.WriteString(conn, `{"v":1,"ok":true,"value":1}`+"\n") },
		"closes midway":          says(`{"v":1,"id":1,"ok":true,"val`),
		"wrong JSON":             says(`{"v":1,"id":1,"ok":true,"value":tr\x1be}`),
		"no JSON":                says("\x1b]0;title\x07"),
		"another id":             says(`{"v":1,"id":2,"ok":true,"value":1}`),
		"an id that is a text":   says(`{"v":1,"id":"1","ok":true,"value":1}`),
		"a list for an id":       says(`{"v":1,"id":[1],"ok":true,"value":1}`),
		"no id":                  says(`{"v":1,"ok":true,"value":1}`),
		"twice":                  says(`{"v":1,"id":1,"ok":true,"value":1}` + "\n" + `{"v":1,"id":1,"ok":true,"value":2}`),
		"neither":                says(`{"v":1,"id":1}`),
		"both":                   says(`{"v":1,"id":1,"ok":true,"value":1,"error":{"code":"x"}}`),
		"no value":               says(`{"v":1,"id":1,"ok":true}`),
		"an error without error": says(`{"v":1,"id":1,"ok":false}`),
		"an event that answers":  says(`{"v":1,"id":1,"ok":true,"event":"progress","value":1}`),
		"escapes in an error":    says(`{"v":1,"id":1,"ok":false,"error":{"code":"\u001b[2J","message":"\u001b[2J\u009b\u202e","pos":[-1,1]}}`),
		"endless events": func(conn net.Conn, lines *bufio.Scanner) {
			io.WriteString(conn, greeting)
			lines.Scan()
			endless(conn, `{"v":1,"event":"new","id":9}`+"\n")
		},
		"endless answer": func(conn net.Conn, lines *bufio.Scanner) {
			io.WriteString(conn, greeting)
			lines.Scan()
			io.WriteString(conn, `{"v":1,"id":1,"ok":true,"value":"`)
			endless(conn, strings.Repeat("x", 1000))
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			ctx, cancel := context.WithTimeout(t.Context(), rig.Patience)
			defer cancel()
			d := &telnet.Dialer{MaxAnswer: 1 << 20, Login: func(context.Context, telnet.Question) (string, error) { return "x", nil }}
			c, err := d.Dial(ctx, rig.Stranger(t, play))
			if err == nil {
				defer c.Close()
				if strings.ContainsRune(c.Hello().Text, '\x1b') {
					t.Errorf("the greeting: %q", c.Hello().Text)
				}
				_, err = c.Eval(ctx, "1")
				if name == "twice" && err == nil {
					<-c.Done()
					err = c.Err()
				}
			}
			var e *telnet.Error
			if err == nil || !errors.As(err, &e) && !errors.Is(err, telnet.ErrProtocol) && !errors.Is(err, io.ErrUnexpectedEOF) || ctx.Err() != nil {
				t.Errorf("the error is %v", err)
			}
			if i := strings.IndexFunc(fmt.Sprint(err), func(r rune) bool { return !unicode.IsPrint(r) }); i >= 0 {
				t.Errorf("the error is %q", err)
			}
		})
	}
}

// TestClientLeavesStuckServers: a server that does not answer, or does not read, costs the deadline of
// the request and no more.
func TestClientLeavesStuckServers(t *testing.T) {
	t.Parallel()
	over := make(chan struct{})
	addr := rig.Stranger(t, func(conn net.Conn, _ *bufio.Scanner) {
		io.WriteString(conn, greeting)
		<-over
	})
	silent := rig.Stranger(t, func(net.Conn, *bufio.Scanner) { <-over })
	t.Cleanup(func() { close(over) })
	d := &telnet.Dialer{Timeout: time.Millisecond}
	if _, err := d.Dial(t.Context(), silent); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("dialing: %v", err)
	}
	c, err := telnet.Dial(t.Context(), addr)
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	for range 4 { // the third has no room
		ctx, cancel := context.WithTimeout(t.Context(), time.Millisecond)
		_, err := c.Eval(ctx, strings.Repeat("x", 60<<10))
		cancel()
		if !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("evaluating: %v", err)
		}
	}
}

// TestDialTimesOut: a connection that is not there in time is an error of the context, whichever of its deadlines is
// noticed first.
func TestDialTimesOut(t *testing.T) {
	d := &telnet.Dialer{Timeout: time.Millisecond, DialContext: func(ctx context.Context, network, addr string) (net.Conn, error) {
		ours, theirs := net.Pipe()
		defer theirs.Close()
		at, _ := ctx.Deadline()
		ours.SetDeadline(at)
		_, err := ours.Read(make([]byte, 1))
		return nil, &net.OpError{Op: "dial", Net: network, Err: err}
	}}
	for range 100 {
		if _, err := d.Dial(t.Context(), "nobody:1"); !errors.Is(err, context.DeadlineExceeded) {
			t.Fatal(err)
		}
	}
}

// FuzzClient: whatever a server sends, a client neither panics nor waits, and what it tells can be
// shown on a terminal.
func FuzzClient(f *testing.F) {
	for _, seed := range []string{
		`{"v":1,"id":1,"ok":true,"type":"int","value":1,"text":"1","cost":{"ms":1e300,"entries":-1},"notes":["a\nb"],"codes":["racy"],"standing":["a\nb"]}`,
		`{"v":1,"id":1,"ok":false,"error":{"code":"budget","message":"m","pos":[1,2],"partial":{"entries":3,"value":[1],"kept":2}}}`,
		`{"v":1,"id":1,"ok":false,"error":{"code":"confirm"},"action":{"token":"T","call":"f()"}}` + "\n" + `{"v":1,"id":2,"ok":true,"value":null}`,
		`{"v":1,"id":1,"event":"progress","progress":{"ms":5,"entries":7,"at":1,"of":2,"path":"p"}}`,
		`{"v":1,"ok":true,"type":"completions","value":[{"start":0,"text":"a\u001b","kind":"k"}],"id":1}`,
		`{"v":1,"ok":false,"error":{"code":"session","message":"bye"}}`, "{", "\xff\xf9\r\n\n", `{"v":1}`,
	} {
		f.Add([]byte(greeting+seed+"\n"), false)
		f.Add([]byte(greeting+seed+"\n"), true)
	}
	f.Add([]byte("a banner\n> \n"+`{"v":1,"event":"ask","ask":{"text":"user: "}}`+"\n"), false)
	f.Fuzz(func(t *testing.T, sent []byte, complete bool) {
		conn := &played{Reader: bytes.NewReader(sent)}
		d := &telnet.Dialer{MaxAnswer: 1 << 16, Login: telnet.PasswordLogin("a", "b")}
		d.DialContext = func(context.Context, string, string) (net.Conn, error) { return conn, nil }
		c, err := d.Dial(t.Context(), "localhost:1")
		tells := []string{fmt.Sprint(err)}
		if err == nil {
			h := c.Hello()
			tells = append(tells, h.Text, h.Program, h.Name, h.Host, h.Version, h.Go)
			if complete {
				found, err := c.Complete(t.Context(), "line", 4)
				tells = append(tells, fmt.Sprint(err))
				for _, p := range found {
					tells = append(tells, p.Text, string(p.Kind), p.Detail)
				}
			} else {
				a, err := c.Eval(t.Context(), "x", telnet.Confirming(func(_ context.Context, call string) bool {
					tells = append(tells, call)
					return true
				}), telnet.Progressing(func(p eval.Progress) { _ = p.Path }))
				tells = append(tells, fmt.Sprint(err))
				if err == nil {
					tells = append(append(tells, a.Type, a.Name, strings.ReplaceAll(a.Text, "\n", "")), a.Notes...)
					if !json.Valid(a.Value) {
						t.Errorf("the value is %q", a.Value)
					}
				}
			}
			c.Close()
		}
		for _, said := range tells {
			for _, r := range said {
				if r < ' ' || r == 0x7f || r >= 0x80 && r < 0xa0 || r == 0x202e {
					t.Errorf("it tells %q", said)
				}
			}
		}
	})
}

// played is a connection on which everything has been said.
type played struct {
	*bytes.Reader
	net.Conn
}

func (p *played) Read(b []byte) (int, error)     { return p.Reader.Read(b) }
func (*played) Write(b []byte) (int, error)      { return len(b), nil }
func (*played) Close() error                     { return nil }
func (*played) RemoteAddr() net.Addr             { return &net.UnixAddr{Net: "unix"} }
func (*played) SetDeadline(time.Time) error      { return nil }
func (*played) SetReadDeadline(time.Time) error  { return nil }
func (*played) SetWriteDeadline(time.Time) error { return nil }
