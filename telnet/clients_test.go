package telnet_test

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"flag"
	"fmt"
	"io"
	"math/big"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	_ "github.com/sightglass-go/sightglass/internal/attack"
	"github.com/sightglass-go/sightglass/internal/rig"

	"github.com/sightglass-go/sightglass/registry"
	"github.com/sightglass-go/sightglass/telnet"
)

var update = flag.Bool("update", false, "write the golden files anew")

// depot is the object that the clients look at. It never changes, so that all see the same.
type depot struct {
	mu    sync.Mutex
	items map[string]*stock
	open  bool
}

type stock struct {
	kind  string
	count int
}

func newDepot() *depot {
	return &depot{open: true, items: map[string]*stock{
		"bolt": {"iron", 12}, "nut": {"brass", 7}, "nail": {"iron", 400}, "größe 5": {"brass", 1},
	}}
}

// stand serves a depot on a plain port, a TLS port and a unix socket.
type stand struct {
	port, tlsPort, path string
	pem                 string        // the certificate of TLS
	began               chan struct{} // is told when `began` is evaluated
}

func newStand(t *testing.T) *stand {
	t.Helper()
	s := &stand{path: filepath.Join(t.TempDir(), "app.sock"), began: make(chan struct{}, 1)}
	reg := registry.New()
	reg.GuardWait, reg.CallTime = rig.Patience, rig.Patience // the machine may be busy
	reg.Expose("depot", newDepot(), registry.Doc("what is in stock"))
	reg.Func("began", func(context.Context) any { s.began <- struct{}{}; return 0 }, registry.Doc("for tests"))
	s.port = rig.Port(t, rig.Start(t, "tcp", "127.0.0.1:0", &telnet.Server{Registry: reg}))
	cert := certificate(t)
	s.pem = filepath.Join(t.TempDir(), "app.pem")
	if err := os.WriteFile(s.pem, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: cert.Certificate[0]}), 0o600); err != nil {
		t.Fatal(err)
	}
	s.tlsPort = rig.Port(t, rig.Start(t, "tcp", "127.0.0.1:0", &telnet.Server{Registry: reg, TLSConfig: &tls.Config{Certificates: []tls.Certificate{cert}}}))
	rig.Start(t, "unix", s.path, &telnet.Server{Registry: reg})
	return s
}

// certificate returns a self-signed certificate for localhost.
func certificate(t *testing.T) tls.Certificate {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{SerialNumber: big.NewInt(1), DNSNames: []string{"localhost"}, NotAfter: time.Now().Add(time.Hour)}
	der, err := x509.CreateCertificate(rand.Reader, template, template, &key.PublicKey, key)
	if err != nil {
		t.Fatal(err)
	}
	return tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key}
}

// at inserts the stand's addresses into a command.
func (s *stand) at(command string) string {
	return strings.NewReplacer("SECURE", s.tlsPort, "PORT", s.port, "SOCKET", s.path).Replace(command)
}

// volatile matches what differs between two runs of the same session.
var volatile = []struct {
	what *regexp.Regexp
	sign string
}{
	{regexp.MustCompile(`sightglass in [^\n]*, up \w+\s+go\S+ \w+/\w+\. Read-only`), "sightglass in PROGRAM. Read-only"},
	{regexp.MustCompile(`telnet 127\.0\.0\.1 \d+`), "telnet 127.0.0.1 PORT"},
	{regexp.MustCompile(`cancelled after [\d.]+m?s(; [\d,]+ of [\d,]+ entries were read, [^\n]*)?`), "cancelled after TIME"},
	{regexp.MustCompile(`evaluating for [\d.]+ s`), "evaluating for TIME"},
}

// steady returns text without what is volatile.
func steady(text string) string {
	for _, v := range volatile {
		text = v.what.ReplaceAllString(text, v.sign)
	}
	return text
}

// golden compares got with a file of testdata/clients, but for what is volatile.
func golden(t *testing.T, name, got string) {
	t.Helper()
	rig.Golden(t, *update, filepath.Join("testdata", "clients", name+".txt"), strings.TrimRight(steady(got), "\n")+"\n")
}

// unending takes 1e9 steps, after it has called began.
const unending = "began + count(1..1000, any(1..1000, any(1..1000, # < 0)))"

// TestTelnetClients has a whole session through each program that negotiates, in a terminal.
func TestTelnetClients(t *testing.T) {
	for _, tc := range []struct {
		name    string
		needs   string
		command string
		sizes   bool // it tells when its terminal changes its size
	}{
		{"inetutils", "telnet", "telnet 127.0.0.1 PORT", true},
		{"busybox", "busybox", "busybox telnet 127.0.0.1 PORT", false},
		{"plink", "plink", "plink -telnet -P PORT 127.0.0.1", true},
		{"expect", "expect", `expect -c "spawn telnet 127.0.0.1 PORT; interact"`, false},
	} {
		t.Run(tc.name, func(t *testing.T) {
			rig.Need(t, tc.needs)
			stand := newStand(t)
			s := rig.NewScreen(t, 120, 50, stand.at(tc.command))
			s.Await(`^>\z`)
			s.Enter("dir()")
			s.Await(`^depot[^\0]*\n>\z`)

			s.Write("depot.it")
			s.Keys("Tab")
			s.Await(`^> depot\.items\z`)
			s.Write(`["`)
			s.Keys("Tab")
			s.Await(`^> depot\.items\["\n"bolt"\][^\0]*"nail"\][^\0]*\z`)
			s.Write("b")
			s.Keys("Tab")
			s.Write(".c")
			s.Keys("Tab", "Enter")
			s.Await(`^12\n>\z`)

			s.Enter("depott")
			s.Await(`did you mean depot\?\n>\z`)
			s.Write("depot.")
			s.Keys("Up")
			s.Await(`^> depot\.items\["bolt"\]\.count\z`)
			s.Keys("BSpace", "BSpace", "BSpace", "BSpace", "BSpace")
			s.Enter("kind")
			s.Await(`^"iron"\n>\z`)

			s.Keys("C-r")
			s.Write("bolt")
			s.Await(`^\(search: bolt\)`)
			s.Keys("C-r")
			s.Await(`^\(search: bolt\) depot\.items\["bolt"\]\.count`)
			s.Keys("Enter")
			s.Await(`^12\n>\z`)

			s.Write(`"日本語✅"`)
			s.Keys("Left", "Left", "BSpace")
			s.Enter("é")
			s.Await(`^"日本é✅"\n>\z`)

			s.Enter("count(depot.items,")
			s.Await(`^\.\z`)
			s.Enter(`.kind == "iron")`)
			s.Await(`^2( .*)?\n>\z`)

			s.Enter(unending)
			<-stand.began
			s.Keys("C-c")
			s.Await(`^cancelled after .*\n>\z`)

			file := filepath.Join(t.TempDir(), "pasted")
			if err := os.WriteFile(file, []byte("count(depot.items,\n\t.kind == \"brass\")\n1 +\t1\n2 + "), 0o600); err != nil {
				t.Fatal(err)
			}
			s.Tmux("load-buffer %s", file)
			s.Tmux("paste-buffer -p")
			s.Await(`^2( .*)?\n> 1 \+ 1\n2( .*)?\n> 2 \+\z`)
			s.Keys("C-a", "C-k")
			s.Await(`^>\z`)

			session := s.All()

			if tc.sizes {
				s.Resize(60, 50)
				s.Knows(60)
				s.Write(strings.Repeat("0123456789", 8))
				s.Keys("C-a")
				s.Write("x")
				s.Await(`^> x(0123456789){5}0123456\n789(0123456789){2}\z`)
				s.Keys("C-k", "C-u")
				s.Resize(120, 50)
				s.Knows(120)
			}
			s.Clear()
			if tc.name == "inetutils" {
				s.Write("half a li")
				s.Await(`^> half a li\z`)
				s.Keys("C-]")
				s.Await(`^telnet>\z`)
				s.Enter("send ayt")
				s.Await(`^\[sightglass: yes\]\n> half a li\z`)
				s.Keys("C-u")
			}
			s.Keys("C-d")
			s.Await(`^THE END$`)
			golden(t, tc.name, session+"\n"+s.Text())
		})
	}
}

// TestInterruptsOfTelnet: the interrupt commands of telnet end an evaluation. It sends them with a
// timing mark, and with autosynch with urgent data.
func TestInterruptsOfTelnet(t *testing.T) {
	rig.Need(t, "telnet")
	stand := newStand(t)
	s := rig.NewScreen(t, 120, 50, stand.at("telnet 127.0.0.1 PORT"))
	s.Await(`^>\z`)
	for _, commands := range [][]string{{"send ip"}, {"send brk"}, {"send ip", "send synch"}, {"send abort"}, {"send susp"}} {
		s.Clear()
		s.Enter(unending)
		<-stand.began
		for _, command := range commands {
			s.Keys("C-]")
			s.Await(`^telnet>\z`)
			s.Enter(command)
		}
		s.Await(`^cancelled after `) // before or behind what was said to the telnet itself
		s.Enter("20 + 22")
		s.Await(`^42( .*)?\n>\z`)
	}
}

// lines are the questions of a client without a terminal.
const lines = `dir()
depot.items["bolt"].count
depott
count(depot.items,
.kind == "iron")
"日é" + "語"
x = depot.items["nut"]; x.count
`

// pipes are the programs that send lines, and how each ends.
var pipes = []struct {
	name, command string
	ends          bool // its end of input is told to the server; otherwise it has to quit
}{
	{"nc.openbsd -N", "nc.openbsd -N 127.0.0.1 PORT", true},
	{"nc.openbsd -q1", "nc.openbsd -q1 127.0.0.1 PORT", true},
	{"nc.openbsd", "nc.openbsd 127.0.0.1 PORT", false},
	{"nc.traditional", "nc.traditional 127.0.0.1 PORT", false},
	{"nc.traditional -q1", "nc.traditional -q1 127.0.0.1 PORT", true},
	{"busybox nc", "busybox nc 127.0.0.1 PORT", true},
	{"socat", "socat -t5 - TCP:127.0.0.1:PORT", true},
	{"socat unix", "socat -t5 - UNIX-CONNECT:SOCKET", true},
	{"nc unix", "nc.openbsd -N -U SOCKET", true},
	{"socat TLS", "socat -t5 - OPENSSL:localhost:SECURE,verify=0", true},
	{"openssl", "openssl s_client -quiet -verify_quiet -connect localhost:SECURE", false},
	{"plink -raw", "plink -raw -P PORT 127.0.0.1", true},
	{"plink -telnet", "plink -telnet -P PORT 127.0.0.1", true},
	{"curl", "curl -sN telnet://127.0.0.1:PORT", false},
	{"telnet", "telnet -E 127.0.0.1 PORT", false},
}

// TestPipes sends all lines at once through each program. Each line must be answered, without
// escape sequences, and the program must end.
func TestPipes(t *testing.T) {
	stand := newStand(t)
	for _, p := range pipes {
		t.Run(p.name, func(t *testing.T) {
			rig.Need(t, strings.Fields(p.command)[0])
			cmd := exec.Command("sh", "-c", "exec "+stand.at(p.command))
			in, err := cmd.StdinPipe()
			if err != nil {
				t.Fatal(err)
			}
			end := "quit\n"
			if p.ends {
				end = ""
			}
			go func() {
				io.WriteString(in, lines+end)
				if p.name != "telnet" { // which drops what it has not sent then
					in.Close()
				}
			}()
			late := time.AfterFunc(rig.Patience, func() { cmd.Process.Kill() })
			defer late.Stop()
			out, err := cmd.Output()
			if err != nil && p.name != "telnet" { // whose status says that the connection was closed
				t.Errorf("%v: %s", err, out)
			}
			in.Close()
			text := spoken(string(rig.Plain(out)))
			if p.name == "plink -telnet" || p.name == "curl" || p.name == "telnet" { // they negotiate, at their own time; telnet if it is asked to
				text = sequences.ReplaceAllString(text, "")
				if !rig.Matches(text, "...depot ...12...did you mean depot?...2...日é語...7...bye...") {
					t.Errorf("not all is answered:\n%s", text)
				}
				return
			}
			if strings.ContainsAny(text, "\x1b\x00\x08") {
				t.Errorf("there are control characters in %q", text)
			}
			golden(t, "lines", text)
		})
	}
}

// sequences matches the control sequences of a terminal (ECMA-48).
var sequences = regexp.MustCompile(`\x1b\[[0-9;?]*[A-Za-z]`)

// spoken returns what a client in line mode shows of a session, without messages of its own and
// without the echo, which there is if it has negotiated meanwhile.
func spoken(text string) string {
	text = strings.ReplaceAll(text, "\r\n", "\n")
	if i := strings.Index(text, "sightglass in "); i >= 0 {
		text = text[i:]
	}
	text, _, _ = strings.Cut(text, "Connection closed by")
	for _, line := range strings.Split(strings.TrimSpace(lines), "\n") {
		text = regexp.MustCompile(`(?m)^([>.] )`+regexp.QuoteMeta(line)+"\n").ReplaceAllString(text, "$1")
	}
	text = rig.Cost.ReplaceAllString(text, "") // of an answer that took long
	return strings.TrimRight(strings.Replace(text, "> quit\n", "> ", 1), "\n")
}

// TestTyped has a session through each program that sends lines, in a terminal that echoes and
// edits.
func TestTyped(t *testing.T) {
	stand := newStand(t)
	for _, p := range pipes {
		if strings.Contains(p.name, "telnet") || p.name == "curl" {
			continue // they negotiate; curl reads its input before what has come from the server
		}
		t.Run(p.name, func(t *testing.T) {
			rig.Need(t, strings.Fields(p.command)[0])
			s := rig.NewScreen(t, 120, 50, stand.at(p.command))
			s.Await(`> *\z`)
			s.Enter("dir()")
			s.Await(`^depot[^\0]*\n>\z`)
			s.Enter(`depot.items["bolt"].count`)
			s.Await(`^12\n>\z`)
			s.Write("depott")
			s.Keys("BSpace", "Enter")
			s.Await(`^[^\0]*\n}\n>\z`)
			s.Enter("cout(depot.items)")
			s.Await(`did you mean count[^\0]*\n>\z`)
			file := "typed"
			if p.ends {
				s.Keys("C-d")
			} else {
				file = "typed and quit"
				s.Enter("quit")
			}
			if p.name == "nc.openbsd" { // it waits for the end of its own input all the same
				s.Await(`^bye$`)
				s.Keys("C-d")
			}
			s.Await(`^THE END$`)
			text := s.All()
			golden(t, file, fmt.Sprintln(text[strings.Index(text, "sightglass in"):]))
		})
	}
}

// TestTelnetManual runs the sessions of docs/telnet.md.
func TestTelnetManual(t *testing.T) {
	rig.Need(t, "bash", "telnet", "nc.openbsd", "nc.traditional", "busybox", "socat", "curl", "plink", "expect", "openssl")
	stand := newStand(t)
	at := strings.NewReplacer("localhost 3000", "127.0.0.1 "+stand.port, "localhost:3000", "127.0.0.1:"+stand.port, "-P 3000 localhost", "-P "+stand.port+" 127.0.0.1",
		"localhost:3443", "localhost:"+stand.tlsPort, "/run/app.sock", stand.path, "app.pem", stand.pem, "| nc ", "| nc.openbsd ")
	step := regexp.MustCompile(`(?m)^[$>] (.*)\n((?:[^$>].*\n|> .*\n)*)`)
	for _, b := range rig.Blocks(t, "docs/telnet.md") {
		if b.Lang == "go" {
			continue // docs compiles it
		}
		if b.Lang != "console" {
			t.Fatalf("%v: nothing tests a block of %q", b, b.Lang)
		}
		if strings.HasPrefix(b.Text, "$ telnet ") {
			answers := regexp.MustCompile(`(?m)^> (.*)\n(.*)$`).FindAllStringSubmatch(b.Text, -1)
			s := rig.Connect(t, "tcp", "127.0.0.1:"+stand.port)
			for _, a := range answers {
				if got := s.Ask(a[1]); got != a[2] {
					t.Errorf("%v: %s: got %s, want %s", b, a[1], got, a[2])
				}
			}
			continue
		}
		for _, c := range step.FindAllStringSubmatch(b.Text, -1) {
			out, err := exec.Command("bash", "-c", at.Replace(c[1])).Output()
			got, want := steady(rig.Tidy(string(rig.Plain(out)))), steady(rig.Tidy(c[2]))
			if err != nil || !rig.Matches(got, want) {
				t.Errorf("%v: %s\n got: %s (%v)\nwant: %s", b, c[1], got, err, want)
			}
		}
	}
}
