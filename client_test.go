package sightglass_test

import (
	"bufio"
	"bytes"
	"context"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/sightglass-go/sightglass/cmd/sightglass/shop"
	"github.com/sightglass-go/sightglass/registry"
)

// folder is where the tests build command.
var folder string

// command is the sightglass program, built once for all tests that run it.
var command = sync.OnceValues(func() (string, error) {
	program := filepath.Join(folder, "sightglass")
	out, err := exec.Command("go", "build", "-o", program, "./cmd/sightglass").CombinedOutput()
	if err != nil {
		err = fmt.Errorf("%w\n%s", err, out)
	}
	return program, err
})

func TestMain(m *testing.M) {
	var err error
	if folder, err = os.MkdirTemp("", "sightglass"); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	code := m.Run()
	os.RemoveAll(folder)
	os.Exit(code)
}

func program(t *testing.T) string {
	t.Helper()
	path, err := command()
	if err != nil {
		t.Fatal(err)
	}
	return path
}

// demo is a running demonstration without a terminal.
type demo struct {
	addr   string // as it printed it
	cmd    *exec.Cmd
	stderr bytes.Buffer
}

// runDemo starts the demonstration and waits until it listens. The test's end stops it.
func runDemo(t *testing.T, args ...string) *demo {
	t.Helper()
	d := &demo{cmd: exec.Command(program(t), append([]string{"demo"}, args...)...)}
	d.cmd.Stderr = &d.stderr
	stdout, err := d.cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := d.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { d.stop(t) })
	line, err := bufio.NewReader(stdout).ReadString('\n')
	addr, ok := strings.CutPrefix(strings.TrimSuffix(line, "\n"), "listening on ")
	if !ok {
		t.Fatalf("the demo said %q (%v), want where it listens\n%s", line, err, d.stderr.String())
	}
	d.addr = addr
	return d
}

// stop ends the demonstration as a supervisor would, and holds that it ends well. It may be called twice.
func (d *demo) stop(t *testing.T) {
	t.Helper()
	if d.cmd.ProcessState != nil {
		return
	}
	d.cmd.Process.Signal(syscall.SIGTERM)
	hung := time.AfterFunc(patience, func() { d.cmd.Process.Kill() })
	defer hung.Stop()
	if err := d.cmd.Wait(); err != nil {
		t.Errorf("the demo ended with %v\n%s", err, d.stderr.String())
	}
}

func (d *demo) port(t *testing.T) string {
	t.Helper()
	_, port, err := net.SplitHostPort(d.addr)
	if err != nil {
		t.Fatal(err)
	}
	return port
}

// need skips the test unless the programs are installed. With CI=true it fails instead.
func need(t *testing.T, programs ...string) {
	t.Helper()
	for _, p := range programs {
		if _, err := exec.LookPath(p); err != nil {
			if os.Getenv("CI") == "true" {
				t.Fatal(err)
			}
			t.Skipf("no real client to speak through: %v", err)
		}
	}
}

func TestCommandLine(t *testing.T) {
	for _, tc := range []struct {
		args []string
		fail bool
		want string
	}{
		{nil, false, "Usage: sightglass <command>...demo...version..."},
		{[]string{"help"}, false, "Usage: sightglass <command>..."},
		{[]string{"version"}, false, "sightglass ..., go..."},
		{[]string{"dem"}, true, `...did you mean "demo"?...`},
		{[]string{"demo", "--listen", "nowhere"}, true, "...an address is host:port or unix:/path..."},
		{[]string{"demo", "--listen", "0.0.0.0:0"}, true, "...not loopback..."},
	} {
		out, err := exec.Command(program(t), tc.args...).CombinedOutput()
		if (err != nil) != tc.fail || !matches(string(out), tc.want) {
			t.Errorf("sightglass %s: %v\n got: %s\nwant: %s", strings.Join(tc.args, " "), err, out, tc.want)
		}
	}
}

func TestDemoListens(t *testing.T) {
	t.Run("chosen", func(t *testing.T) {
		d := runDemo(t, "--listen", "127.0.0.1:0")
		if got := connect(t, "tcp", d.addr).ask("cache.Len() > 1000"); got != "true" {
			t.Errorf("the answer is %q", got)
		}
		// A chosen address that is taken is an error, not another address.
		out, err := exec.Command(program(t), "demo", "--listen", d.addr).CombinedOutput()
		if err == nil || !strings.Contains(string(out), "in use") {
			t.Errorf("a second demo at the same address: %v, %s", err, out)
		}
	})
	t.Run("default", func(t *testing.T) {
		a, b := runDemo(t), runDemo(t)
		if a.addr == b.addr {
			t.Fatalf("two demos at %s", a.addr)
		}
		for _, d := range []*demo{a, b} {
			for _, host := range []string{"127.0.0.1", "::1"} {
				if host == "::1" && !hasIPv6() {
					continue
				}
				connect(t, "tcp", net.JoinHostPort(host, d.port(t)))
			}
		}
	})
	t.Run("unix", func(t *testing.T) {
		path := filepath.Join(t.TempDir(), "s")
		d := runDemo(t, "--listen", "unix:"+path)
		if d.addr != "unix:"+path {
			t.Errorf("listening on %s", d.addr)
		}
		if info, err := os.Stat(path); err != nil || info.Mode().Perm() != 0o600 {
			t.Errorf("the socket: %v, %v", info.Mode(), err)
		}
		connect(t, "unix", path)
		d.stop(t)
		if _, err := os.Stat(path); err == nil {
			t.Error("the socket outlives the demo")
		}
	})
}

func hasIPv6() bool {
	l, err := net.Listen("tcp6", "[::1]:0")
	if err == nil {
		l.Close()
	}
	return err == nil
}

func TestDemoEndsWithSessions(t *testing.T) {
	d := runDemo(t, "--listen", "127.0.0.1:0")
	s := connect(t, "tcp", d.addr)
	if _, err := io.WriteString(s.conn, endless+"\n"); err != nil {
		t.Fatal(err)
	}
	d.stop(t)
	if _, err := io.ReadAll(s.conn); err != nil {
		t.Errorf("the session did not end cleanly: %v", err)
	}
}

// endless takes a thousand million steps.
const endless = `let xs = 1..1000; count(xs, count(xs, any(xs, # < 0)) > 0)`

func TestNetcat(t *testing.T) {
	need(t, "bash", "nc")
	d := runDemo(t, "--listen", "localhost:0")
	script := `printf 'dir()\ncount(cache.items, .hits > 10)\nquit\n' | nc localhost ` + d.port(t)
	out, err := exec.Command("bash", "-c", script).CombinedOutput()
	if err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	text := tidy(string(plain(out)))
	if bad := regexp.MustCompile(`[^\n -~]`).FindString(text); bad != "" {
		t.Errorf("the output has %q in it:\n%s", bad, text)
	}
	for _, want := range []string{`\bcache +\*shop\.Cache\b.*\bcache\.mu\b`, `\bloop +\*shop\.Loop\b`, `(?m)^(> )?\d+\b`} {
		if !regexp.MustCompile(want).MatchString(text) {
			t.Errorf("the output has nothing like %s:\n%s", want, text)
		}
	}
}

// tour is what both terminals, telnet's and the demo's own, must be able to do.
func tour(t *testing.T, s *screen) {
	s.await(`^> *\z`)
	s.enter("dir()")
	s.await(`^cache +\*shop\.Cache `)
	s.await(`^> *\z`)

	s.clear()
	s.enter("cache")
	s.await(`^  misses: +\d+`)
	s.await(`^> *\z`)

	s.clear()
	s.enter("count(cache.items, .hits > 10)")
	first := s.await(`hits > 10\)\n(\d+)`)[1]
	for again := first; again == first; {
		s.await(`^> *\z`)
		s.clear()
		s.keys("Up")
		s.await(`^> count.*\)`)
		s.keys("Enter")
		again = s.await(`hits > 10\)\n(\d+)`)[1]
	}

	s.clear()
	s.enter("cach.items")
	s.await(`\^[\s\S]*did you mean cache\?`)

	s.clear()
	s.write("cache.it")
	s.keys("Tab")
	s.await(`^> cache\.items`)
	s.keys("C-u")
	s.await(`^> *\z`)

	s.clear()
	s.enter(endless)
	s.await(`> 0\)\n*\z`)
	s.keys("C-c")
	s.await(`^> *\z`)
	s.enter("20 + 22")
	s.await(`^42\n> *\z`)

	s.keys("C-d")
	s.await(`^THE END$`)
}

func TestTelnet(t *testing.T) {
	need(t, "telnet", "tmux")
	d := runDemo(t, "--listen", "localhost:0")
	s := newScreen(t, 110, 60, "telnet localhost "+d.port(t))
	s.await(`^sightglass in sightglass.*Read-only`)
	tour(t, s)
	s.await(`closed by foreign host`)
}

func TestDemoPrompt(t *testing.T) {
	need(t, "tmux")
	s := newScreen(t, 110, 60, program(t)+" demo --listen localhost:0")
	s.await(`^listening on localhost:\d+$`)
	tour(t, s)
}

// A client sends what is typed, also where seven bits of a byte are one of its own keys.
func TestTelnetOfAnyLetter(t *testing.T) {
	d := runDemo(t, "--listen", "localhost:0")
	for name, client := range map[string]string{"telnet": "telnet localhost ", "busybox": "busybox telnet localhost ", "plink": "plink -telnet localhost -P "} {
		t.Run(name, func(t *testing.T) {
			need(t, name)
			s := newScreen(t, 110, 60, client+d.port(t))
			s.await(`^> *\z`)
			s.enter("1 + 1") // whose answer comes behind all that is negotiated
			s.await(`^2\n> *\z`)
			for _, letters := range []string{"”", "Н Ý そ", "э ъ à Ѓ", "日本 𝒳"} { // with 9D, 8D, 8A, 83 and others
				s.enter(`"` + letters + `" + "."`)
				s.await(`^"` + letters + `\."\n> *\z`)
			}
			s.keys("C-d")
			s.await(`^THE END`)
		})
	}
}

// Ctrl-Z stops the demo within a watch; when the shell lets it go on, the watch goes on below what
// the shell has written, and lines are edited as before.
func TestSuspendedDemo(t *testing.T) {
	need(t, "bash", "tmux")
	s := newScreen(t, 110, 60, "PS1='shell: ' bash --norc -i")
	s.await(`^shell: *\z`)
	s.enter(program(t) + " demo --listen localhost:0")
	s.await(`^> *\z`)
	s.enter("1 + 1")
	s.await(`^2\n> *\z`)
	s.enter("watch 200ms cache.hits")
	s.await(`samples in`)
	s.keys("C-z")
	s.await(`Stopped[\s\S]*^shell: *\z`)
	s.enter("stty -a")
	s.await(` icanon[\s\S]* echo [\s\S]*^shell: *\z`)
	s.enter("fg")
	s.await(`^shell: fg\n[\s\S]*samples in`)
	s.keys("C-c")
	s.await(`^> *\z`)
	s.keys("Up", "Up")
	s.await(`^> 1 \+ 1\z`)
	s.keys("Enter")
	s.await(`^> 1 \+ 1\n2\n> *\z`)
	s.keys("C-d")
	s.await(`^shell: *\z`)
	s.enter("exit")
	s.await(`^THE END$`)
}

// TestSecretsStay asks the demo's objects for their secrets in all the ways that a first hour would find.
func TestSecretsStay(t *testing.T) {
	s := shop.New(100)
	reg := registry.New()
	s.Expose(reg)
	c := connect(t, "tcp", serve(t, "tcp", "127.0.0.1:0", reg).String())
	live(t, s)
	for c.ask("orders.shipped > 0") != "true" {
	}
	secrets := append(s.Config.Secrets(), "4000 0000") // of each card
	for _, line := range []string{
		"config", "config.Database", "config.Database.Password", "config.APIToken", "config.TLSKey", "config.Headers",
		`config.Headers["Authorization"]`, "values(config.Headers)", "config.Pin", "config.Internal",
		`config.APIToken + "x"`, `config.APIToken[0:5]`, `config.APIToken startsWith "tok"`, `len(config.APIToken)`,
		`[config.APIToken]`, `{"x": config.APIToken}`, "x = config.APIToken", "x", "string(config.APIToken)",
		"toJSON(config)", "map([config], .APIToken)", "dir(config)",
		"orders", "orders.history.order", "orders.history.older.older.newer.order.card", "toJSON(orders.history.order)",
	} {
		got := c.ask(line)
		for i, secret := range secrets {
			if strings.Contains(got, secret) {
				t.Errorf("%s tells secret %d:\n%s", line, i, got)
			}
		}
	}
	if got := c.ask(`config.APIToken startsWith "tok"`); got == "true" || got == "false" {
		t.Errorf("a secret can be guessed letter by letter: %s", got)
	}
}

// live lets the shop live until the test ends.
func live(t *testing.T, s *shop.Shop) {
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan struct{})
	go func() { s.Run(ctx); close(done) }()
	t.Cleanup(func() { cancel(); <-done })
}
