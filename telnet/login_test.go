package telnet

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"golang.org/x/crypto/bcrypt"

	"github.com/sightglass-go/sightglass/registry"
)

// passwords writes a password file. In its lines {password} stands for the hash of that password.
func passwords(t *testing.T, lines ...string) string {
	t.Helper()
	for i, line := range lines {
		before, rest, found := strings.Cut(line, "{")
		if !found {
			continue
		}
		password, after, _ := strings.Cut(rest, "}")
		hash, err := bcrypt.GenerateFromPassword([]byte(password), bcrypt.MinCost)
		if err != nil {
			t.Fatal(err)
		}
		lines[i] = before + string(hash) + after
	}
	path := filepath.Join(t.TempDir(), "passwords")
	if err := os.WriteFile(path, []byte(strings.Join(lines, "\n")), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// newAbroad returns a listener whose connections seem to come from other machines: from 192.0.2.n
// instead of 127.0.0.n. Its server must set InsecureRemote.
func newAbroad(t *testing.T) net.Listener {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	return abroad{l}
}

type abroad struct{ net.Listener }

func (l abroad) Accept() (net.Conn, error) {
	conn, err := l.Listener.Accept()
	if err != nil {
		return nil, err
	}
	here := conn.RemoteAddr().(*net.TCPAddr)
	return foreign{conn, &net.TCPAddr{IP: net.IPv4(192, 0, 2, here.IP.To4()[3]), Port: here.Port}}, nil
}

type foreign struct {
	net.Conn
	addr net.Addr
}

func (c foreign) RemoteAddr() net.Addr { return c.addr }

func (c foreign) LocalAddr() net.Addr { return &net.TCPAddr{IP: net.IPv4(192, 0, 2, 1), Port: 3000} }

// dialFrom connects from 127.0.0.n.
func (v *served) dialFrom(t *testing.T, n byte) *client {
	t.Helper()
	d := net.Dialer{LocalAddr: &net.TCPAddr{IP: net.IPv4(127, 0, 0, n)}}
	conn, err := d.Dial("tcp", v.addr.String())
	if err != nil {
		t.Skip("this machine has one address of loopback only: ", err)
	}
	return newClient(t, conn)
}

func TestPasswordFile(t *testing.T) {
	t.Parallel()
	path := passwords(t, "# who may enter", "", "alice:{correct horse}", "bob:{battery}:act", "carol:{staple}:root", "dave:plain", ":{nameless}")
	s := serve(t, &Server{Auth: PasswordFile(path), Level: Act, MaxAttempts: 100, Registry: registry.New()}, "tcp", "127.0.0.1:0")
	const in, out = "sightglass in ", "not admitted\r\n"
	for _, tc := range []struct {
		name, typed string
		want        []string // in this order
		record      string
	}{
		{"wrong thrice", "alice\na\nalice\nb\nalice\nc\nalice\ncorrect horse\n1\n", []string{out, out, out}, `error="not admitted: wrong password" user=alice`},
		{"right", "alice\ncorrect horse\n1\nquit\n", []string{in, "> 1"}, "user=alice level=look"},
		{"one who may act", "bob\nbattery\n1\nquit\n", []string{in, "# 1"}, "user=bob level=act"},
		{"wrong, then right", "alice\nwrong\nalice\ncorrect horse\n1\nquit\n", []string{out, in, "> 1"}, `msg="an attempt to log in failed"`},
		{"nobody", "hunter2\nhunter2\n\x04", []string{out}, `error="not admitted: no such user"`},
		{"a nameless one", "\nnameless\n\x04", []string{out}, ""},
		{"a name that is a comment", "# who may enter\n\n\x04", []string{out}, ""},
		{"a level that there is not", "carol\nstaple\n\x04", []string{out}, "it may be act"},
		{"a hash that is none", "dave\nplain\n\x04", []string{out}, "htpasswd -B"},
		{"Ctrl-C", "alice\n\x03", []string{"bye\r\n"}, "the question was not answered"},
		{"IAC IP", "alice\n\xff\xf4", []string{"bye\r\n"}, "the question was not answered"},
		{"a closed side", "alice\n", []string{"bye\r\n"}, "the question was not answered"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			c := s.dial(t)
			c.send(tc.typed)
			c.conn.(*net.TCPConn).CloseWrite()
			got := c.rest()
			rest := got
			for _, want := range tc.want {
				_, after, found := strings.Cut(rest, want)
				if !found {
					t.Errorf("got %q, want %q", got, want)
				}
				rest = after
			}
			if tc.want[0] != in && tc.want[len(tc.want)-1] != "> 1" && strings.Contains(got, in) {
				t.Errorf("was let in: %q", got)
			}
			s.log.until(t, tc.record)
		})
	}
	t.Cleanup(func() {
		for _, secret := range []string{"correct horse", "battery", "staple", "hunter2", "nameless"} {
			if strings.Contains(s.log.String(), secret) {
				t.Errorf("the log tells %q:\n%s", secret, s.log)
			}
		}
	})
}

// In character mode the name is echoed and the password is not. Neither is in the history.
func TestLoginInCharacterMode(t *testing.T) {
	path := passwords(t, "alice:{correct horse}")
	s := serve(t, &Server{Auth: PasswordFile(path)}, "tcp", "127.0.0.1:0")
	c := s.dial(t)
	c.send("\xff\xfd\x01\xff\xfd\x03")
	c.waitFor("user: ")
	c.send("alicX\x7fe\r\x00")
	if got := c.waitFor("password: "); !strings.Contains(got, "alicX\b \be\r\n") {
		t.Errorf("the name is echoed as %q", got)
	}
	c.send("corrent\x15correct horseX\x7f\r\x00")
	if got := commands.ReplaceAllString(c.waitFor("> "), ""); !strings.HasPrefix(got, "\r\nsightglass in ") {
		t.Errorf("the password is echoed, as %q", got)
	}
	c.send("history\r\x00")
	if got := c.waitFor("history\r\n"); strings.Contains(got, "alice") || strings.Contains(got, "horse") {
		t.Errorf("the history is %q", got)
	}
	c.send("\x1b[A\x1b[A\x1b[A\x15quit\r")
	if got := c.rest(); strings.Contains(got, "alice") || strings.Contains(got, "horse") {
		t.Errorf("the lines of before are %q", got)
	}
}

func TestPasswordFileUnreadable(t *testing.T) {
	for _, path := range []string{filepath.Join(t.TempDir(), "none"), passwords(t, strings.Repeat("x:y\n", 1<<19)), passwords(t, "x:"+strings.Repeat("y", 1<<17))} {
		s := serve(t, &Server{Auth: PasswordFile(path)}, "tcp", "127.0.0.1:0")
		c := s.dial(t)
		c.send("alice\nsecret\n")
		if got := c.rest(); !strings.HasSuffix(got, "login is not possible now; the log of the program says why\r\n") {
			t.Errorf("got %q", got)
		}
	}
}

// After the first of a thousand wrong passwords from one address nobody can log in there, but the
// right user can at another.
func TestThousandWrongPasswords(t *testing.T) {
	t.Parallel()
	const attempts = 10
	var compared atomic.Int64
	file := PasswordFile(passwords(t, "alice:{right}"))
	counting := AuthenticatorFunc(func(ctx context.Context, p *Peer) (Identity, error) {
		who, err := file.Authenticate(ctx, p)
		if errors.Is(err, ErrDenied) {
			compared.Add(1)
		}
		return who, err
	})
	s := serveOn(t, &Server{Auth: counting, MaxAttempts: attempts, MaxRate: -1, InsecureRemote: true}, newAbroad(t))
	began := time.Now()
	tries := make(chan int)
	var attacking sync.WaitGroup
	for range 64 / 8 { // as many as may log in at a time
		attacking.Go(func() {
			for i := range tries {
				conn, err := net.Dial("tcp", s.addr.String())
				if err != nil {
					t.Error(err)
					continue
				}
				c := &client{t: t, conn: conn}
				conn.SetDeadline(time.Now().Add(patience))
				fmt.Fprintf(conn, "alice\nwrong %d\n", i)
				conn.(*net.TCPConn).CloseWrite()
				if got := c.rest(); strings.Contains(got, "sightglass in ") {
					t.Errorf("let in: %q", got)
				}
				conn.Close()
			}
		})
	}
	for i := range 1000 {
		tries <- i
	}
	close(tries)
	attacking.Wait()
	// The limit, attempts under way when it was reached, and what is allowed meanwhile.
	most := attempts + 64/8 + int64(time.Since(began).Minutes()*attempts) + 1
	if n := compared.Load(); n < attempts || n > most {
		t.Errorf("%d of 1000 were compared, want from %d to %d", n, attempts, most)
	}
	c := s.dial(t)
	c.send("alice\nright\n")
	if got := c.rest(); !strings.HasSuffix(got, errTooManyFailures.Error()+"\r\n") {
		t.Errorf("the right password is tried at the attacker's address: %q", got)
	}
	right := s.dialFrom(t, 2)
	right.send("alice\nright\n1\n")
	if got := right.waitFor("> 1\r\n"); !strings.Contains(got, "sightglass in ") {
		t.Errorf("got %q", got)
	}
}

// A successful login forgives no failures: a user could otherwise guess the passwords of others for
// ever.
func TestSuccessForgivesNoFailures(t *testing.T) {
	t.Parallel()
	s := serve(t, &Server{Auth: Tokens(map[string]Identity{"mine": {User: "mallory"}}), MaxAttempts: 2, MaxRate: -1}, "tcp", "127.0.0.1:0")
	for i := range 2 {
		c := s.dial(t)
		c.send(fmt.Sprintf("guess %d\nmine\nquit\n", i))
		if got := c.rest(); i == 0 && !strings.HasSuffix(got, "bye\r\n") || i == 1 && !strings.HasSuffix(got, errTooManyFailures.Error()+"\r\n") {
			t.Errorf("after %d guesses: %q", i+1, got)
		}
	}
}

// Connections that never log in do not keep out users at other addresses.
func TestSilentLogins(t *testing.T) {
	s := serveOn(t, &Server{Auth: Tokens(map[string]Identity{"x": {}}), MaxSessions: 16, MaxRate: -1, InsecureRemote: true}, newAbroad(t))
	for range 2 { // an eighth of the places
		s.dial(t).waitFor("token: ")
	}
	if got := s.dial(t).rest(); got != "too many concurrent logins from this address (limit 2), try again later\r\n" {
		t.Errorf("the third is told %q", got)
	}
	for i := range 6 {
		s.dialFrom(t, byte(2+i)).waitFor("token: ")
	}
	if got := s.dialFrom(t, 100).rest(); got != "too many concurrent logins (limit 8), try again later\r\n" {
		t.Errorf("the ninth is told %q", got)
	}
}

func TestLoginTimeout(t *testing.T) {
	t.Parallel()
	s := serve(t, &Server{Auth: Tokens(map[string]Identity{"x": {}}), LoginTimeout: 50 * time.Millisecond}, "tcp", "127.0.0.1:0")
	if got := s.dial(t).rest(); !strings.HasSuffix(got, "no login within 50ms\r\n") {
		t.Errorf("got %q", got)
	}
	s.log.until(t, "no login within 50ms")
	deaf, release := make(chan bool, 1), make(chan bool)
	s = serve(t, &Server{LoginTimeout: 50 * time.Millisecond, Auth: AuthenticatorFunc(func(context.Context, *Peer) (Identity, error) {
		deaf <- true
		<-release
		return Identity{User: "late"}, nil
	})}, "tcp", "127.0.0.1:0")
	c := s.dial(t)
	<-deaf
	if got := c.rest(); !strings.HasSuffix(got, "no login within 50ms\r\n") {
		t.Errorf("with an authenticator that does not hear of it: %q", got)
	}
	close(release)
	s.Close()
	s.drain()
	if log := s.log.String(); strings.Contains(log, "a session begins") {
		t.Errorf("a session has begun after its end: %s", log)
	}
}

// A panic in an Authenticator ends one connection.
func TestPanicInLogin(t *testing.T) {
	t.Parallel()
	s := serve(t, &Server{Auth: AuthenticatorFunc(func(ctx context.Context, p *Peer) (Identity, error) {
		if name, _ := p.Ask(ctx, "who? "); name != "panic" {
			return Identity{User: name}, nil
		}
		panic("a fault")
	})}, "tcp", "127.0.0.1:0")
	c := s.dial(t)
	c.send("panic\n")
	c.rest()
	s.log.until(t, `panic="a fault" stack="goroutine `)
	c = s.dial(t)
	c.send("me\n1\n")
	c.waitFor("> 1\r\n")
}

// A panic in an Authenticator after the login has timed out is on record, and ends nothing else.
func TestPanicInLateLogin(t *testing.T) {
	t.Parallel()
	s := serve(t, &Server{LoginTimeout: time.Millisecond, Auth: AuthenticatorFunc(func(ctx context.Context, _ *Peer) (Identity, error) {
		<-ctx.Done()
		panic("late")
	})}, "tcp", "127.0.0.1:0")
	if got := s.dial(t).rest(); !strings.HasSuffix(got, "no login within 1ms\r\n") {
		t.Errorf("got %q", got)
	}
	s.log.until(t, `panic=late stack="goroutine `)
}

// Input before the session begins is bounded.
func TestEarlyFlood(t *testing.T) {
	t.Parallel()
	s := serve(t, &Server{Auth: AuthenticatorFunc(func(ctx context.Context, _ *Peer) (Identity, error) {
		<-ctx.Done()
		return Identity{}, ctx.Err()
	})}, "tcp", "127.0.0.1:0")
	for _, flood := range []string{strings.Repeat("x\n", maxEarly), strings.Repeat("x", 2*maxEarly)} {
		c := s.dial(t)
		go c.conn.Write([]byte(flood))
		c.rest()
		s.log.until(t, errEarly.Error())
	}
	s = serve(t, &Server{Auth: Tokens(map[string]Identity{"x": {}})}, "tcp", "127.0.0.1:0")
	c := s.dial(t)
	go c.conn.Write([]byte(strings.Repeat("x", 10*maxAnswer)))
	c.rest()
	s.log.until(t, errAnswerTooLong.Error())
}
