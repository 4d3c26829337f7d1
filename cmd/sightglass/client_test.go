package main

import (
	"context"
	"flag"
	"io"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"syscall"
	"testing"

	_ "github.com/sightglass-go/sightglass/internal/attack"
	"github.com/sightglass-go/sightglass/internal/rig"

	"github.com/sightglass-go/sightglass/cmd/sightglass/shop"
	"github.com/sightglass-go/sightglass/registry"
)

func TestMain(m *testing.M) {
	if os.Getenv(windowEnv) != "" {
		os.Exit(serveWindow())
	}
	if os.Getenv(depotEnv) != "" {
		os.Exit(serveDepot())
	}
	flag.Set("test.parallel", "8") // tests wait for other processes more than for a processor
	rig.Main(m)
}

func TestCommandLine(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		args []string
		fail bool
		want string
	}{
		{nil, false, "Usage: sightglass <command>...demo...version..."},
		{[]string{"help"}, false, "Usage: sightglass <command>..."},
		{[]string{"version"}, false, "sightglass ..., go..."},
		{[]string{"--version"}, false, "sightglass ..., go..."},
		{[]string{"dem"}, true, `...did you mean "demo"?...`},
		{[]string{"demo", "--listen", "nowhere"}, true, "...an address is host:port or unix:/path..."},
		{[]string{"demo", "--listen", "0.0.0.0:0"}, true, "...not loopback..."},
	} {
		out, err := exec.Command(rig.Program(t), tc.args...).CombinedOutput()
		if (err != nil) != tc.fail || !rig.Matches(string(out), tc.want) {
			t.Errorf("sightglass %s: %v\n got: %s\nwant: %s", strings.Join(tc.args, " "), err, out, tc.want)
		}
	}
}

func TestDemoListens(t *testing.T) {
	t.Parallel()
	t.Run("chosen", func(t *testing.T) {
		d := rig.RunDemo(t, "--listen", "127.0.0.1:0")
		if got := rig.Connect(t, "tcp", d.Addr).Ask("cache.Len() > 1000"); got != "true" {
			t.Errorf("the answer is %q", got)
		}
		// A chosen address that is taken is an error, not another address.
		out, err := exec.Command(rig.Program(t), "demo", "--listen", d.Addr).CombinedOutput()
		if err == nil || !strings.Contains(string(out), "in use") {
			t.Errorf("a second demo at the same address: %v, %s", err, out)
		}
	})
	t.Run("default", func(t *testing.T) {
		a, b := rig.RunDemo(t), rig.RunDemo(t)
		if a.Addr == b.Addr {
			t.Fatalf("two demos at %s", a.Addr)
		}
		for _, d := range []*rig.Demo{a, b} {
			for _, host := range []string{"127.0.0.1", "::1"} {
				if host == "::1" && !rig.HasIPv6() {
					continue
				}
				rig.Connect(t, "tcp", net.JoinHostPort(host, d.Port(t)))
			}
		}
	})
	t.Run("unix", func(t *testing.T) {
		path := filepath.Join(t.TempDir(), "s")
		d := rig.RunDemo(t, "--listen", "unix:"+path)
		if d.Addr != "unix:"+path {
			t.Errorf("listening on %s", d.Addr)
		}
		if info, err := os.Stat(path); err != nil || info.Mode().Perm() != 0o600 {
			t.Errorf("the socket: %v, %v", info.Mode(), err)
		}
		rig.Connect(t, "unix", path)
		d.Stop(t)
		if _, err := os.Stat(path); err == nil {
			t.Error("the socket outlives the demo")
		}
	})
}

func TestDemoEndsWithSessions(t *testing.T) {
	t.Parallel()
	d := rig.RunDemo(t, "--listen", "127.0.0.1:0")
	s := rig.Connect(t, "tcp", d.Addr)
	if _, err := io.WriteString(s.Conn, endless+"\n"); err != nil {
		t.Fatal(err)
	}
	d.Stop(t)
	if _, err := io.ReadAll(s.Conn); err != nil {
		t.Errorf("the session did not end cleanly: %v", err)
	}
}

// endless takes a billion steps.
const endless = `let xs = 1..1000; count(xs, count(xs, any(xs, # < 0)) > 0)`

func TestNetcat(t *testing.T) {
	rig.Need(t, "bash", "nc")
	d := rig.RunDemo(t, "--listen", "localhost:0")
	script := `printf 'dir()\ncount(cache.items, .hits > 10)\nquit\n' | nc localhost ` + d.Port(t)
	out, err := exec.Command("bash", "-c", script).CombinedOutput()
	if err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	text := rig.Tidy(string(rig.Plain(out)))
	if bad := regexp.MustCompile(`[^\n -~]`).FindString(text); bad != "" {
		t.Errorf("the output has %q in it:\n%s", bad, text)
	}
	for _, want := range []string{`\bcache +\*shop\.Cache\b.*\bcache\.mu\b`, `\bloop +\*shop\.Loop\b`, `(?m)^(> )?\d+\b`} {
		if !regexp.MustCompile(want).MatchString(text) {
			t.Errorf("the output has nothing like %s:\n%s", want, text)
		}
	}
}

// ready matches the prompt of the demo at the end of the screen.
const ready = `^shop@\S+ > *\z`

// tour tries what both terminals, telnet's and the client's, must be able to do.
func tour(t *testing.T, s *rig.Screen) {
	s.Await(ready)
	s.Enter("dir()")
	s.Await(`^cache +\*shop\.Cache `)
	s.Await(ready)

	s.Clear()
	s.Enter("cache")
	s.Await(`^  misses: +\d+`)
	s.Await(ready)

	s.Clear()
	s.Enter("count(cache.items, .hits > 10)")
	first := s.Await(`hits > 10\)\n(\d+)`)[1]
	for again := first; again == first; {
		s.Await(ready)
		s.Clear()
		s.Keys("Up")
		s.Await(`> count.*\)`)
		s.Keys("Enter")
		again = s.Await(`hits > 10\)\n(\d+)`)[1]
	}

	s.Clear()
	s.Enter("cach.items")
	s.Await(`\^[\s\S]*did you mean cache\?`)

	s.Clear()
	s.Write("cache.it")
	s.Keys("Tab")
	s.Await(`> cache\.items`)
	s.Keys("C-u")
	s.Await(ready)

	s.Clear()
	s.Enter(endless)
	s.Await(`^… `) // it runs; what is typed before is typed ahead
	s.Keys("C-c")
	s.Await(ready)
	s.Enter("20 + 22")
	s.Await(`^42\n` + ready)

	s.Keys("C-d")
	s.Await(`^THE END$`)
}

func TestTelnet(t *testing.T) {
	t.Parallel()
	rig.Need(t, "telnet", "tmux")
	d := rig.RunDemo(t, "--listen", "localhost:0")
	s := rig.NewScreen(t, 110, 60, "telnet localhost "+d.Port(t))
	s.Await(`^sightglass in shop .* on \S+, pid \d+, up \w+\ngo1\S+ \S+\. Read-only\. Type help, or dir\(\)\.\n` + ready)
	tour(t, s)
	s.Await(`closed by foreign host`)
}

// The demo's own prompt is the client's: answers go to programs, \watch repeats.
func TestDemoPrompt(t *testing.T) {
	rig.Need(t, "tmux")
	promptFolders(t)
	s := rig.NewScreen(t, 110, 60, rig.Program(t)+" demo --listen localhost:0")
	s.Await(`^listening on localhost:\d+\nsightglass in shop `)
	s.Await(ready)
	s.Enter("1..300 | grep -c 299")
	s.Await(`^1\n` + ready)
	s.Enter(`\watch 0.1`)
	s.Await(`every 100ms until Ctrl-C\n1$`)
	s.Keys("C-c")
	s.Await(ready)
	tour(t, s)
}

// SIGTERM ends the demo while a line is edited or answered, with status 0, and the terminal is as it was.
func TestDemoTerminates(t *testing.T) {
	rig.Need(t, "bash", "tmux")
	for _, during := range []string{"12 + 3", endless} {
		promptFolders(t)
		s := rig.NewScreen(t, 110, 60, "PS1='shell: ' bash --norc -i")
		s.Await(`^shell: *\z`)
		s.Enter(rig.Program(t) + ` demo --listen localhost:0; echo "exit code $?"; stty -a | grep -Eo " icanon| echo "`)
		pid, err := strconv.Atoi(s.Await(`, pid (\d+), `)[1])
		if err != nil {
			t.Fatal(err)
		}
		s.Await(ready)
		s.Write(during)
		if during == endless {
			s.Keys("Enter")
			s.Await(`^… `)
		} else {
			s.Await(regexp.QuoteMeta(during) + `\z`)
		}
		process, err := os.FindProcess(pid)
		if err == nil {
			err = process.Signal(syscall.SIGTERM)
		}
		if err != nil {
			t.Fatal(err)
		}
		s.Await(`^exit code 0\n+ icanon\n echo *\n+shell: *\z`)
		s.Enter("exit")
		s.Await(`^THE END$`)
	}
}

// A client sends what is typed, even if seven bits of a byte are one of its own keys.
func TestTelnetOfAnyLetter(t *testing.T) {
	t.Parallel()
	d := rig.RunDemo(t, "--listen", "localhost:0")
	for name, client := range map[string]string{"telnet": "telnet localhost ", "busybox": "busybox telnet localhost ", "plink": "plink -telnet localhost -P "} {
		t.Run(name, func(t *testing.T) {
			rig.Need(t, name)
			s := rig.NewScreen(t, 110, 60, client+d.Port(t))
			s.Await(ready)
			s.Enter("1 + 1") // whose answer comes behind all that is negotiated
			s.Await(`^2( .*)?\n` + ready)
			for _, letters := range []string{"”", "Н Ý そ", "э ъ à Ѓ", "日本 𝒳"} { // with 9D, 8D, 8A, 83 and others
				s.Enter(`"` + letters + `" + "."`)
				s.Await(`^"` + letters + `\."\n` + ready)
			}
			s.Keys("C-d")
			s.Await(`^THE END`)
		})
	}
}

// Ctrl-Z stops the demo within a watch. When the shell resumes it, the watch goes on below what the
// shell has written, and lines are edited as before.
func TestSuspendedDemo(t *testing.T) {
	rig.Need(t, "bash", "tmux")
	promptFolders(t)
	s := rig.NewScreen(t, 110, 60, "PS1='shell: ' bash --norc -i")
	s.Await(`^shell: *\z`)
	s.Enter(rig.Program(t) + " demo --listen localhost:0")
	s.Await(ready)
	s.Enter("1 + 1")
	s.Await(`^2( .*)?\n` + ready)
	s.Enter("watch 200ms cache.hits")
	s.Await(`[2-9] samples\b.*; Ctrl-C ends it`)
	s.Keys("C-z")
	s.Await(`Stopped[\s\S]*^shell: *\z`)
	s.Enter("stty -a")
	s.Await(` icanon[\s\S]* echo [\s\S]*^shell: *\z`)
	s.Enter("fg")
	s.Await(`^/\S+ demo --listen localhost:0\n[\s\S]*samples\b.*; Ctrl-C ends it`)
	s.Keys("C-c")
	s.Await(ready)
	s.Keys("Up", "Up")
	s.Await(`> 1 \+ 1\z`)
	s.Keys("Enter")
	s.Await(`> 1 \+ 1\n2\n` + ready)
	s.Keys("C-d")
	s.Await(`^shell: *\z`)
	s.Enter("exit")
	s.Await(`^THE END$`)
}

// TestSecretsStay tries to get at the secrets of the demo in all the ways that one would find in an
// hour.
func TestSecretsStay(t *testing.T) {
	s := shop.New(100)
	reg := registry.New()
	s.Expose(reg)
	shop.ExposeFlags(reg) // no test has debug information
	c := rig.Connect(t, "tcp", rig.Serve(t, "tcp", "127.0.0.1:0", reg).String())
	live(t, s)
	for c.Ask("orders.shipped > 0") != "true" {
	}
	secrets := append(s.Secrets(), "4000 0000") // of each card
	for _, line := range []string{
		"config", "config.Database", "config.Database.Password", "config.APIToken", "config.TLSKey", "config.Headers",
		`config.Headers["Authorization"]`, "values(config.Headers)", "config.Pin", "config.Internal",
		`config.APIToken + "x"`, `config.APIToken[0:5]`, `config.APIToken startsWith "tok"`, `len(config.APIToken)`,
		`[config.APIToken]`, `{"x": config.APIToken}`, "x = config.APIToken", "x", "string(config.APIToken)",
		"toJSON(config)", "map([config], .APIToken)", "dir(config)",
		"orders", "orders.history.order", "orders.history.older.older.newer.order.card", "toJSON(orders.history.order)",
		"shop.carrierToken", "shop", "dir(shop)", `{"x": shop.carrierToken}`, `shop.carrierToken + "x"`, "shop.carrierToken[0:5]", "toJSON(shop.carrierToken)",
	} {
		got := c.Ask(line)
		for i, secret := range secrets {
			if strings.Contains(got, secret) {
				t.Errorf("%s tells secret %d:\n%s", line, i, got)
			}
		}
	}
	if got := c.Ask(`config.APIToken startsWith "tok"`); got == "true" || got == "false" {
		t.Errorf("a secret can be guessed letter by letter: %s", got)
	}
}

// TestFlags: the demo shows the shop's package variables by their names, and its secret to nobody.
func TestFlags(t *testing.T) {
	if _, err := os.Stat("/proc/self/exe"); err != nil {
		t.Skip("no other system than Linux tells which file runs")
	}
	c := rig.Connect(t, "tcp", rig.RunDemo(t, "--listen", "localhost:0").Addr)
	for _, tc := range []struct{ source, want string }{
		{"shop.freeShippingFrom", "80"},
		{"shop.carrier", "2 (Courier)"},
		{"shop.checkoutClosed", "false"},
		{`shop.fees["Courier"]`, "5.9"},
		{"shop.carrierToken", "<redacted>"},
		{`pkg("` + shop.Package + `").carrierToken`, "<redacted>"},
	} {
		got, _, _ := strings.Cut(c.Ask(tc.source), "\n") // without notes, and what the first look cost
		if got, _, _ = strings.Cut(got, "   "); got != tc.want {
			t.Errorf("%s is %s, want %s", tc.source, got, tc.want)
		}
	}
	for _, source := range []string{
		"shop", "dir(shop)", "[shop.carrierToken]", "shop.carrierToken[0:4]", `shop.carrierToken + "x"`, `{"x": shop.carrierToken}`,
		"string(shop.carrierToken)", "toJSON(shop.carrierToken)", `shop.carrierToken startsWith "tok"`, "census(shop.carrierToken)", "refs(shop.carrierToken)",
	} {
		if got := c.Ask(source); strings.Contains(got, "tok-") || got == "true" || got == "false" {
			t.Errorf("%s tells the secret:\n%s", source, got)
		}
	}
}

// live runs the shop until the test ends.
func live(t *testing.T, s *shop.Shop) {
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan struct{})
	go func() { s.Run(ctx); close(done) }()
	t.Cleanup(func() { cancel(); <-done })
}
