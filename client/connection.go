package client

import (
	"cmp"
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net"
	"os"
	"strings"
	"syscall"
	"time"

	"golang.org/x/term"

	"github.com/sightglass-go/sightglass/internal/text"
	"github.com/sightglass-go/sightglass/telnet"
)

// connection is the flags that say how to connect. Commands embed it. A secret is no flag: others see
// the command line of a process.
type connection struct {
	TLS          bool          `name:"tls" help:"Encrypt the connection. Implied by --ca and --cert." group:"Connecting"`
	CA           string        `name:"ca" type:"existingfile" placeholder:"FILE" help:"Trust the authorities in this PEM file, in place of the system's." group:"Connecting"`
	Cert         string        `type:"existingfile" placeholder:"FILE" help:"Show this certificate (PEM) to the server." group:"Connecting"`
	Key          string        `type:"existingfile" placeholder:"FILE" help:"The key of --cert (PEM); without it, it is in the same file." group:"Connecting"`
	ServerName   string        `placeholder:"NAME" help:"The name in the server's certificate; without it, the host." group:"Connecting"`
	User         string        `env:"SIGHTGLASS_USER" placeholder:"NAME" help:"Log in as this user. The password comes from --password-file, $$SIGHTGLASS_PASSWORD or the terminal." group:"Connecting"`
	PasswordFile string        `type:"existingfile" placeholder:"FILE" help:"The first line of this file is the password." group:"Connecting"`
	TokenFile    string        `type:"existingfile" placeholder:"FILE" help:"The first line of this file is the token; without it, $$SIGHTGLASS_TOKEN or the terminal." group:"Connecting"`
	Insecure     bool          `help:"Log in over a network without TLS, where others can read the secret." group:"Connecting"`
	Timeout      time.Duration `default:"30s" help:"Give up after this time, the connection included, but not the time that you take to log in." group:"Connecting"`

	asking func(func() error) error // what has the terminal ready for a question; nil if it is
	alone  bool                     // nobody can be asked
	gaveUp bool                     // the user gave up the last question
}

// connectWithin is --timeout where no flag says it.
const connectWithin = 30 * time.Second

// within returns a context that ends with --timeout.
func (c *connection) within(ctx context.Context) (context.Context, context.CancelFunc) {
	return allow(ctx, c.Timeout)
}

// dial connects to a target: on another machine, a pod, or what resolve has an address for.
func (c *connection) dial(ctx context.Context, target string, std streams) (*telnet.Client, error) {
	d, err := c.dialer(std)
	if err != nil {
		return nil, err
	}
	addr := ""
	var through *tunnel
	switch machine, ok := strings.CutPrefix(target, sshTarget); {
	case ok:
		h, at, err := parseSSH(machine)
		if err != nil {
			return nil, err
		}
		if !c.alone && term.IsTerminal(int(std.in.Fd())) {
			h.tty = std.in
		}
		err = c.asks(h.tty != nil, func() (err error) {
			at, err = h.resolve(ctx, at)
			return err
		})
		if err != nil {
			return nil, late(ctx, "connect to "+target, err)
		}
		addr = at
		d.DialContext = func(ctx context.Context, _, _ string) (conn net.Conn, err error) {
			err = c.asks(h.tty != nil, func() (err error) {
				conn, through, err = h.dial(ctx, at)
				return err
			})
			return conn, err
		}
	case strings.HasPrefix(target, podTarget):
		p, err := parsePod(strings.TrimPrefix(target, podTarget))
		if err != nil {
			return nil, err
		}
		addr = net.JoinHostPort("127.0.0.1", p.port) // where kubectl listens, but for the port
		d.DialContext = func(ctx context.Context, _, _ string) (net.Conn, error) {
			t := p.tunnel()
			conn, err := t.dial(ctx)
			if err == nil {
				through = t
			}
			return conn, err
		}
	default:
		if addr, err = resolve(target); err != nil {
			return nil, err
		}
	}
	c.gaveUp = false
	client, err := d.Dial(ctx, addr)
	err = late(ctx, "connect to "+target, err)
	if err != nil && c.gaveUp {
		err = fmt.Errorf("%w: %w", errGivenUp, err)
	}
	switch {
	case err == nil || errors.Is(err, telnet.ErrDenied):
	case through != nil:
		err = through.with(err) // such as that nothing listens where it leads
	default:
		err = hintTarget(err, target)
	}
	return client, err
}

// unreached is the error of a connection to what has an address. What to do is told where the command ends
// by it, and not for each of many targets, or each time that a connection is tried again.
type unreached struct {
	error
	hint string
}

func (u unreached) Unwrap() error { return u.error }

// hintTarget returns the error of a connection to target with what to do.
func hintTarget(err error, target string) error {
	var unknown *net.DNSError
	switch host, _, _ := strings.Cut(target, ":"); {
	case errors.Is(err, syscall.ECONNREFUSED), errors.Is(err, fs.ErrNotExist):
		return unreached{err, "nothing listens there; sightglass list shows your processes"}
	case errors.As(err, &unknown) && unknown.IsNotFound:
		if all, e := telnet.Processes(); e == nil && len(matching(all, host)) > 0 {
			return unreached{err, "there is a process of that name: write " + text.Escape(host) + " without a port"}
		}
		return unreached{err, "sightglass list shows your processes"}
	}
	return err
}

// asks runs f with the terminal as a question needs it, if f may ask one.
func (c *connection) asks(may bool, f func() error) error {
	if may && c.asking != nil {
		return c.asking(f)
	}
	return f()
}

// dialer returns a dialer as the flags say.
func (c *connection) dialer(std streams) (*telnet.Dialer, error) {
	if c.Timeout < 0 {
		return nil, misused("--timeout %v is negative; 0 is for ever", c.Timeout)
	}
	d := &telnet.Dialer{Timeout: -1, InsecureRemote: c.Insecure, Login: func(ctx context.Context, q telnet.Question) (string, error) {
		return c.answer(ctx, q, std)
	}}
	if !c.TLS && c.CA == "" && c.Cert == "" {
		return d, nil
	}
	d.TLSConfig = &tls.Config{ServerName: c.ServerName}
	if c.CA != "" {
		pem, err := os.ReadFile(c.CA)
		if err != nil {
			return nil, usageError{err}
		}
		d.TLSConfig.RootCAs = x509.NewCertPool()
		if !d.TLSConfig.RootCAs.AppendCertsFromPEM(pem) {
			return nil, misused("there is no certificate in %s", c.CA)
		}
	}
	if c.Cert != "" {
		cert, err := tls.LoadX509KeyPair(c.Cert, cmp.Or(c.Key, c.Cert))
		if err != nil {
			return nil, misused("--cert: %w", err)
		}
		d.TLSConfig.Certificates = []tls.Certificate{cert}
	}
	return d, nil
}

// errGivenUp is the error of a login that the user has given up, by Ctrl-C or Ctrl-D.
var errGivenUp = errors.New("you gave the login up")

// errAsks is the error of a login that a person has to answer, where nobody can be asked.
var errAsks = errors.New("the server asks, and nobody can answer")

// answer answers a question of the server's login, by the flags and the environment, or else the user
// at the terminal does.
func (c *connection) answer(ctx context.Context, q telnet.Question, std streams) (string, error) {
	said, known, err := c.known(q)
	switch {
	case err != nil:
		return "", usageError{err}
	case known && q.Denied:
		return "", telnet.ErrDenied // the same answers would be wrong again
	case known:
		return said, nil
	case c.alone:
		return "", errAsks
	case !term.IsTerminal(int(std.in.Fd())):
		return "", fmt.Errorf("%w: the server asks %q, and there is no terminal to ask you; set --token-file, or --user and --password-file", telnet.ErrDenied, strings.TrimSpace(q.Text))
	}
	err = stood(ctx, func() error {
		return c.asks(true, func() (err error) {
			said, err = askAtTerminal(ctx, q, std)
			return err
		})
	})
	c.gaveUp = errors.Is(err, context.Canceled)
	return said, err
}

// known returns the answer to q, if there is one beside the terminal.
func (c *connection) known(q telnet.Question) (said string, ok bool, err error) {
	switch token, password := os.Getenv("SIGHTGLASS_TOKEN"), os.Getenv("SIGHTGLASS_PASSWORD"); {
	case !q.Secret:
		return c.User, c.User != "", nil
	case c.User != "" && c.PasswordFile != "":
		said, err = firstLine(c.PasswordFile)
		return said, true, err
	case c.User != "" && password != "":
		return password, true, nil
	case c.User != "":
		return "", false, nil
	case c.TokenFile != "":
		said, err = firstLine(c.TokenFile)
		return said, true, err
	case token != "":
		return token, true, nil
	}
	return "", false, nil
}

// askAtTerminal has the user answer q, until ctx ends. The terminal is then as it was.
func askAtTerminal(ctx context.Context, q telnet.Question, std streams) (string, error) {
	if q.Denied {
		fmt.Fprintln(std.err, "that was wrong")
	}
	in, release, err := until(ctx, std.in)
	if err != nil {
		return "", err
	}
	defer release()
	ask := readSecret
	if !q.Secret {
		ask = readOpen
	}
	said, err := ask(q.Text, in, std)
	if ctx.Err() != nil {
		fmt.Fprintln(std.err)
		return "", context.Cause(ctx)
	}
	return said, err
}

// readOpen has the user answer a question at the terminal, which echoes the answer.
func readOpen(question string, in io.Reader, std streams) (string, error) {
	fmt.Fprint(std.err, question)
	return readLine(in)
}

// readSecret has the user answer a question at the terminal, which echoes nothing from before the
// question is seen. Ctrl-C and Ctrl-D give the login up.
func readSecret(question string, in io.Reader, std streams) (string, error) {
	fd := int(std.in.Fd())
	before, err := term.MakeRaw(fd)
	if err != nil {
		return "", err
	}
	defer term.Restore(fd, before)
	secret, err := term.NewTerminal(struct {
		io.Reader
		io.Writer
	}{byteByByte{in}, std.err}, "").ReadPassword(question)
	if err == io.EOF {
		fmt.Fprint(std.err, "\r\n")
		err = context.Canceled
	}
	return secret, err
}

// byteByByte reads no more than it has to, as what follows is for others.
type byteByByte struct{ io.Reader }

func (b byteByByte) Read(p []byte) (int, error) { return b.Reader.Read(p[:min(1, len(p))]) }

// maxSecret bounds a password or a token, in bytes; the server takes no more.
const maxSecret = 4 << 10

// firstLine returns the first line of a file, without its end.
func firstLine(name string) (string, error) {
	f, err := os.Open(name)
	if err != nil {
		return "", err
	}
	defer f.Close()
	return readLine(f)
}

// readLine reads a line byte by byte, as what follows is for others.
func readLine(r io.Reader) (string, error) {
	var line []byte
	for b := make([]byte, 1); len(line) <= maxSecret; {
		n, err := r.Read(b)
		if n > 0 && b[0] == '\n' || err == io.EOF && len(line) > 0 {
			return strings.TrimSuffix(string(line), "\r"), nil
		}
		if err != nil {
			return "", err
		}
		line = append(line, b[:n]...)
	}
	return "", fmt.Errorf("a line of more than %d bytes is no secret", maxSecret)
}
