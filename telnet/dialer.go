package telnet

import (
	"bufio"
	"bytes"
	"cmp"
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"strings"
	"syscall"
	"time"

	"github.com/sightglass-go/sightglass/internal/text"
	"github.com/sightglass-go/sightglass/telnet/internal/peer"
)

const (
	// defaultDialTimeout bounds a connection from its beginning to the end of the login.
	defaultDialTimeout = 30 * time.Second

	// defaultMaxAnswer bounds an answer, in bytes. A server's Limits.Output is 1 MiB by default; the
	// text of an answer, its value, and escapes in both may make several times that.
	defaultMaxAnswer = 32 << 20

	// maxPreamble bounds what a server may say before its first answer: a banner is some lines.
	maxPreamble = 64 << 10

	// maxQuestions bounds the questions of a login.
	maxQuestions = 20
)

// Dialer connects to servers, in the shape of net.Dialer. The zero Dialer connects without
// encryption, and to servers that ask nothing. It is safe for concurrent use; its fields must not
// change meanwhile.
type Dialer struct {
	// TLSConfig encrypts the connection if it is not nil. An empty ServerName is the host of the
	// address. Certificates has that of the client, if the server asks for one.
	TLSConfig *tls.Config

	// Login answers the questions of the server's Authenticator. PasswordLogin and TokenLogin return
	// ready-made ones. Without it a server that asks is an error. An error ends the connection.
	Login func(ctx context.Context, q Question) (string, error)

	// InsecureRemote allows to answer a secret question beyond loopback although TLSConfig is nil, so
	// that others can read the answer.
	InsecureRemote bool

	// Timeout bounds Dial, the login included; 0 is 30 s, negative is no limit but the context.
	Timeout time.Duration

	// MaxAnswer bounds an answer, in bytes; 0 is 32 MiB. Beyond it the connection ends.
	MaxAnswer int

	// DialContext makes connections in place of a net.Dialer, as for a tunnel. network is tcp or
	// unix. It may be nil.
	DialContext func(ctx context.Context, network, addr string) (net.Conn, error)
}

// Question is a question of a login.
type Question struct {
	Text   string // such as "password: "; what does not print is escaped
	Secret bool   // the answer must not appear on the screen
	Denied bool   // the answers before were wrong
}

// PasswordLogin returns a function for Dialer.Login that answers what PasswordFile asks. It makes one
// attempt.
func PasswordLogin(user, password string) func(context.Context, Question) (string, error) {
	return func(_ context.Context, q Question) (string, error) {
		switch {
		case q.Denied:
			return "", ErrDenied
		case q.Secret:
			return password, nil
		}
		return user, nil
	}
}

// TokenLogin returns a function for Dialer.Login that answers what Tokens asks. It makes one attempt.
func TokenLogin(token string) func(context.Context, Question) (string, error) {
	return func(_ context.Context, q Question) (string, error) {
		switch {
		case q.Denied:
			return "", ErrDenied
		case !q.Secret:
			return "", fmt.Errorf("the server asks %q, which a token does not answer", q.Text)
		}
		return token, nil
	}
}

// Dial connects to the server at addr with the zero Dialer.
func Dial(ctx context.Context, addr string) (*Client, error) { return new(Dialer).Dial(ctx, addr) }

// Dial connects to the server at addr, which is host:port or unix:/path as in Server.Addr, and logs
// in. An empty addr is localhost:3000. ctx bounds Dial alone, and not what the Client does later.
//
// Where nothing is reached the error is that of the network. It is an *Error with the code denied,
// which wraps ErrDenied, where the server does not let the peer in, and wraps ErrProtocol where the
// other end is no server of this package.
func (d *Dialer) Dial(ctx context.Context, addr string) (*Client, error) {
	if timeout := cmp.Or(d.Timeout, defaultDialTimeout); timeout > 0 {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeout(ctx, timeout)
		defer cancel()
	}
	network, at := "tcp", cmp.Or(addr, "localhost:3000")
	if path, ok := strings.CutPrefix(addr, "unix:"); ok {
		network, at = "unix", path
	} else if _, _, err := net.SplitHostPort(at); err != nil {
		return nil, fmt.Errorf("telnet: %w; an address is host:port or unix:/path", err)
	}
	dial := d.DialContext
	if dial == nil {
		dial = new(net.Dialer).DialContext
	}
	conn, err := dial(ctx, network, at)
	if err != nil {
		// The connection's deadline is that of ctx, and may be noticed first: the error does not name ctx then.
		if at, ok := ctx.Deadline(); ok && errors.Is(err, os.ErrDeadlineExceeded) && !time.Now().Before(at) {
			<-ctx.Done()
			err = fmt.Errorf("telnet: connect to %s: %w", addr, context.Cause(ctx))
		}
		return nil, err
	}
	c, err := d.begin(ctx, conn, at)
	if err != nil {
		conn.Close()
		if ctx.Err() != nil {
			err = fmt.Errorf("telnet: connect to %s: %w", addr, context.Cause(ctx))
		}
		return nil, err
	}
	return c, nil
}

// begin begins JSON mode on conn and logs in.
func (d *Dialer) begin(ctx context.Context, conn net.Conn, at string) (*Client, error) {
	late := context.AfterFunc(ctx, func() { conn.SetDeadline(time.Unix(1, 0)) })
	defer late()
	remote := !peer.ScopeOf(conn.RemoteAddr()).Local()
	if d.TLSConfig != nil {
		config := d.TLSConfig
		if config.ServerName == "" && !config.InsecureSkipVerify {
			host, _, err := net.SplitHostPort(at)
			if err != nil {
				return nil, errors.New("telnet: TLS on a unix socket needs TLSConfig.ServerName")
			}
			config = config.Clone()
			config.ServerName = host
		}
		encrypted := tls.Client(conn, config)
		if err := encrypted.HandshakeContext(ctx); err != nil {
			return nil, notEncrypted(at, err)
		}
		conn, remote = encrypted, false
	}
	if _, err := io.WriteString(conn, jsonOn+"\n"); err != nil {
		return nil, err
	}
	lines := newLineReader(conn, maxPreamble)
	for asked := 0; ; asked++ {
		a, err := firstAnswer(lines)
		if err != nil {
			return nil, err
		}
		switch {
		case a.Error != nil:
			return nil, a.Error.error()
		case a.Event == "" && a.Type == "session":
			if !late() {
				return nil, context.Cause(ctx)
			}
			lines.most = cmp.Or(max(d.MaxAnswer, 0), defaultMaxAnswer)
			return attach(conn, lines, a.hello()), nil
		case a.Event == "ask" && a.Ask != nil && asked < maxQuestions:
			if err := d.answer(ctx, conn, lines, *a.Ask, remote); err != nil {
				return nil, err
			}
		default:
			return nil, broken("no session begins")
		}
	}
}

// notEncrypted says that there is no TLS with the server at that address, as err says, and what may be the reason.
func notEncrypted(at string, err error) error {
	var plain tls.RecordHeaderError
	if err == io.EOF || err == io.ErrUnexpectedEOF || errors.Is(err, syscall.ECONNRESET) || errors.Is(err, syscall.EPIPE) || errors.As(err, &plain) {
		return fmt.Errorf("telnet: no TLS with %s: %w; the server may speak none", at, err)
	}
	return fmt.Errorf("telnet: no TLS with %s: %w", at, err)
}

// answer answers a question of the login.
func (d *Dialer) answer(ctx context.Context, conn net.Conn, lines *lineReader, ask wireAsk, remote bool) error {
	q := Question{Text: text.Escape(ask.Text), Secret: ask.Secret, Denied: ask.Denied}
	switch {
	case d.Login == nil:
		return &Error{Code: codeDenied, Message: fmt.Sprintf("the server asks %q; log in", strings.TrimSpace(q.Text)), Err: ErrDenied}
	case remote && q.Secret && !d.InsecureRemote:
		return fmt.Errorf("telnet: others could read the answer to %q: set Dialer.TLSConfig, or allow it with Dialer.InsecureRemote", strings.TrimSpace(q.Text))
	}
	said, err := d.login(ctx, conn, lines, q)
	switch {
	case errors.Is(err, errSpoke):
		return gone(lines)
	case errors.Is(err, ErrDenied):
		return &Error{Code: codeDenied, Message: err.Error(), Err: err}
	case err != nil:
		return err
	case strings.ContainsAny(said, "\r\n\x00"):
		return errors.New("telnet: the answer to a question of the login has more than one line")
	}
	_, err = io.WriteString(conn, said+"\n")
	return err
}

// errSpoke is the cause of the end of a question that the server has not waited for.
var errSpoke = errors.New("telnet: the server did not wait for the answer")

// login calls d.Login, whose context ends by errSpoke once the server closes the connection or says
// something: a person who thinks about a password learns it at once. What the server says is left to read.
func (d *Dialer) login(ctx context.Context, conn net.Conn, lines *lineReader, q Question) (string, error) {
	ctx, end := context.WithCancelCause(ctx)
	defer end(nil)
	waiting, answered := context.WithCancel(ctx)
	undo := interrupt(waiting, conn.SetReadDeadline, 0)
	done := make(chan struct{})
	go func() {
		defer close(done)
		if _, err := lines.r.Peek(1); !errors.Is(err, os.ErrDeadlineExceeded) && waiting.Err() == nil {
			end(errSpoke)
		}
	}()
	said, err := d.Login(ctx, q)
	answered()
	<-done
	undo()
	if err != nil && errors.Is(context.Cause(ctx), errSpoke) {
		return "", errSpoke
	}
	return said, err
}

// gone returns why a server did not wait for the answer to its question.
func gone(lines *lineReader) error {
	a, err := firstAnswer(lines)
	switch {
	case err == nil && a.Error != nil:
		return a.Error.error()
	case err == nil:
		return broken("it goes on before its question is answered")
	case errors.Is(err, ErrProtocol), errors.Is(err, io.EOF):
		return ending{"the server closed the connection", io.ErrUnexpectedEOF}
	}
	return err
}

// firstAnswer drops lines for people until an answer comes. If none does, the last of them says why.
func firstAnswer(lines *lineReader) (*wireAnswer, error) {
	said, other := "", ""
	for read := 0; ; {
		line, err := lines.next()
		if err == nil && isAnswer(line) {
			return parseAnswer(line)
		}
		if read += len(line) + 1; read > maxPreamble {
			return nil, broken("it begins with %d bytes that are no answer", read)
		}
		if line = bytes.TrimSpace(line); len(line) > 0 {
			if said == "" {
				other = otherServer(string(line))
			}
			said = text.Escape(text.Cut(string(text.Whole(line[:min(len(line), 1<<10)])), 200))
		}
		switch {
		case err == nil:
		case other != "":
			return nil, broken("it is %s", other)
		case errors.Is(err, io.EOF) && said != "":
			return nil, &Error{Code: codeDenied, Message: "the server closed the connection: " + said, Err: ErrDenied}
		case errors.Is(err, io.EOF):
			return nil, broken("it closed the connection and said nothing; it may expect TLS, or not be a server of sightglass")
		default:
			return nil, err
		}
	}
}

// otherServer returns what a server is whose first line is that of another protocol, "" if it may be one
// of ours.
func otherServer(line string) string {
	for _, other := range []struct{ begins, is string }{
		{"HTTP/", "a web server"}, {"<", "a web server"}, {"SSH-", "an SSH server"}, {"220 ", "a mail or FTP server"}, {"-ERR ", "a Redis or POP3 server"},
	} {
		if strings.HasPrefix(line, other.begins) {
			return other.is
		}
	}
	return ""
}

// lineReader reads lines of bounded length.
type lineReader struct {
	r    *bufio.Reader
	most int    // bytes of a line
	buf  []byte // the beginning of a line
}

func newLineReader(r io.Reader, most int) *lineReader {
	return &lineReader{r: bufio.NewReaderSize(r, 4<<10), most: most}
}

// next returns the next line without its end, which stays valid until the next call. Beside an error
// it returns what there is of a line, which the next call goes on with.
func (l *lineReader) next() ([]byte, error) {
	for {
		part, err := l.r.ReadSlice('\n')
		if err == nil && len(l.buf) == 0 {
			return trimEnd(part), nil
		}
		l.buf = append(l.buf, part...)
		line := l.buf
		switch {
		case err == nil:
			if l.buf = line[:0]; cap(line) > 64<<10 {
				l.buf = nil // one long answer is no reason to keep as much
			}
			return trimEnd(line), nil
		case !errors.Is(err, bufio.ErrBufferFull):
			return line, err
		case len(line) > l.most:
			return nil, broken("a line of more than %d bytes", l.most)
		}
	}
}

func trimEnd(line []byte) []byte {
	return bytes.TrimSuffix(bytes.TrimSuffix(line, []byte("\n")), []byte("\r"))
}
