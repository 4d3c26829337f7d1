package main

import (
	"bufio"
	"flag"
	"io"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/sightglass-go/sightglass/eval"
	"github.com/sightglass-go/sightglass/internal/rig"
	"github.com/sightglass-go/sightglass/registry"
	"github.com/sightglass-go/sightglass/telnet"
)

var update = flag.Bool("update", false, "write the golden files anew")

// depotEnv has the test binary be the application that the screens show; its value is the address
// that it serves.
const depotEnv = "SIGHTGLASS_TEST_DEPOT"

// depot is what the application exposes. It never changes, so that all screens are the same.
type depot struct {
	items  map[string]ware
	labels []string
	open   bool
}

type ware struct {
	price  float64
	weight int
}

// depotServer returns the server of the application.
func depotServer() *telnet.Server {
	reg := registry.New()
	reg.GuardWait, reg.CallTime = rig.Patience, rig.Patience // the machine may be busy
	reg.Expose("depot", &depot{
		items:  map[string]ware{"bolt": {0.1, 3}, "nail": {0.05, 2}, "screw": {0.2, 4}},
		labels: []string{"日本語", "e\u0301te\u0301", "🙂", "plain"},
		open:   true,
	}, registry.Doc("what is in stock"), registry.Frozen())
	return &telnet.Server{Registry: reg, Name: "depot@web-7", Unlisted: true, AnyUser: true, Limits: eval.Limits{Time: time.Hour}}
}

// serveDepot serves the application until standard input ends.
func serveDepot() int {
	l, err := net.Listen("tcp", os.Getenv(depotEnv))
	if err != nil {
		return 1
	}
	s := depotServer()
	served := make(chan error, 1)
	go func() { served <- s.Serve(l) }()
	os.Stdout.WriteString(l.Addr().String() + "\n")
	io.Copy(io.Discard, os.Stdin)
	s.Close()
	<-served
	return 0
}

// startDepot runs the application in a process of its own, and returns its address and what ends it.
func startDepot(t *testing.T, addr string) (at string, stop func()) {
	t.Helper()
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), depotEnv+"="+addr)
	in, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	stop = func() {
		in.Close()
		cmd.Wait()
	}
	t.Cleanup(stop)
	at, err = bufio.NewReader(out).ReadString('\n')
	if err != nil {
		t.Fatal(err)
	}
	return strings.TrimSuffix(at, "\n"), stop
}

// screens is the file of testdata/screens with that name.
func screens(name string) string { return filepath.Join("testdata", "screens", name+".golden") }

// scene is a terminal whose screens a golden file shows.
type scene struct {
	*rig.Screen
	t    *testing.T
	seen strings.Builder
}

const (
	at      = `^depot@web-7 > *\z` // the prompt, at the end of the screen
	stopped = `Stopped[\s\S]*^shell: *\z`
	goneOn  = `^shell: fg\n.*\n… `
)

// take adds the screen to the golden file.
func (s *scene) take(what string) {
	s.t.Helper()
	s.seen.WriteString("== " + what + "\n" + steady(s.Text()) + "\n")
}

// ask types a line and waits for the prompt behind its answer.
func (s *scene) ask(line string) {
	s.t.Helper()
	s.write(line)
	s.Keys("Enter")
	s.Await(at)
}

// write types text and waits for it: until then the prompt is as empty as behind an answer, and while
// the line is drawn again too.
func (s *scene) write(text string) {
	s.t.Helper()
	s.Write(text)
	var end strings.Builder
	for _, r := range text[max(0, len(text)-10):] {
		end.WriteString(regexp.QuoteMeta(string(r)) + `\n?`) // rows end anywhere
	}
	s.Await(end.String() + `\z`)
}

// leave ends the prompt.
func (s *scene) leave() {
	s.t.Helper()
	s.Keys("C-d")
	s.Await(`^THE END$`)
}

// varying are the parts of a screen that differ from one run to the next.
var varying = []struct {
	what *regexp.Regexp
	sign string
}{
	{regexp.MustCompile(`\(devel\)|\bv\d+\.\S+`), "VERSION"},
	{regexp.MustCompile(`\bgo1\.\S+ \w+/\w+`), "GO"},
	{regexp.MustCompile(`\bpid \d+`), "pid PID"},
	{regexp.MustCompile(`\bup \d\w*`), "up TIME"},
	{regexp.MustCompile(`127\.0\.0\.1:\d+`), "127.0.0.1:PORT"},
	{regexp.MustCompile(`(?m)^… .*`), "… PROGRESS"},
	{regexp.MustCompile(`(?m)^cancelled after .*`), "cancelled after …"},
	{regexp.MustCompile(`(?m) {4,}[\d,.]+ m?s\b.*`), ""},
	{regexp.MustCompile(`(\[1\][+ ]+Stopped) .*`), "$1 COMMAND"},
	{regexp.MustCompile(`\S+/sightglass --quiet`), "sightglass --quiet"},
	{regexp.MustCompile(`(?m)^( \d  )\d+ +(\S+ +\S+) .*`), "${1}PID  $2 …"},
	{regexp.MustCompile(`(?m)^    PID +NAME +PROGRAM .*`), "    PID  NAME  PROGRAM …"},
	{regexp.MustCompile(`(?m) +$`), ""},
	{regexp.MustCompile(`(?m)(?:^depot@web-7 >\n)+(depot@web-7 >)`), "$1"}, // each size that the editor hears of draws it again
}

// banner matches what a prompt begins with, which is broken into lines where the words of the day ask
// for it.
var banner = regexp.MustCompile(`(?m)^sightglass in [^>]*dir\(\)\.`)

func steady(text string) string {
	text = banner.ReplaceAllStringFunc(text, func(said string) string { return strings.Join(strings.Fields(said), " ") })
	for _, v := range varying {
		text = v.what.ReplaceAllString(text, v.sign)
	}
	return text
}

// TestScreens has sessions of the client in a terminal, and compares what a person sees with the files
// of testdata/screens. Read the diff when they change.
func TestScreens(t *testing.T) {
	rig.Need(t, "bash", "tmux")
	for _, tc := range []struct {
		name          string
		columns, rows int
		target        string // what to run; empty for the client on the depot
		play          func(s *scene, addr string, stop func())
	}{
		{"typing", 100, 30, "", func(s *scene, addr string, stop func()) {
			s.Await(at)
			s.take("the banner")
			s.Clear()
			s.ask("dir()")
			s.ask("1 + 1")
			s.ask(`x = depot.items["bolt"]`)
			s.ask("x.weight * 2")
			s.take("questions and answers")
			s.Clear()
			s.ask("depott.items")
			s.ask("1; 2 +; 3")
			s.ask(`depot.items["blot"]`)
			s.ask("wtach 1s depot.open")
			s.take("errors")
			s.Clear()
			s.Write("dep")
			s.Keys("Tab")
			s.Await(`> depot$`)
			s.Write(".")
			s.Keys("Tab", "Tab")
			s.Await(`^items +labels +open *\n.*> depot\.\z`)
			s.take("Tab, Tab")
			s.Write("it")
			s.Keys("Tab")
			s.Write("[")
			s.Keys("Tab", "Tab")
			s.Await(`"bolt"\] .*\n.*\["\z`)
			s.take("keys of a map")
			s.Write("n")
			s.Keys("Tab", "Enter")
			s.Await(`^main\.ware.*\n` + at)
			s.take("the key that begins with n")
			s.Clear()
			s.Keys("Up", "Up")
			s.Await(`> wtach 1s depot\.open\z`)
			s.Keys("C-a", "C-k")
			s.Await(at)
			s.Keys("C-r")
			s.Write("weig")
			s.Await(`x\.weight \* 2\z`)
			s.take("Ctrl-R")
			s.Keys("Enter")
			s.Await(`^6\n` + at)
			s.take("and what it found")
			s.leave()
		}},
		{"interrupting", 100, 30, "", func(s *scene, addr string, stop func()) {
			s.Await(at)
			s.Clear()
			s.write("a line that nobody wants")
			s.Keys("C-c")
			s.Await(at)
			s.ask("x = 1")
			s.Enter(endless)
			s.Await(`^… `)
			s.Keys("C-c")
			s.Await(at)
			s.ask("x + 1")
			s.take("Ctrl-C at a line, and in a question")
			s.Clear()
			s.Enter("[1,")
			s.Await(`^\. *\z`)
			s.write("2")
			s.Keys("C-c")
			s.Await(at)
			s.ask("x + 2")
			s.take("Ctrl-C in the second line of a question")
			s.leave()
		}},
		{"stopping", 100, 30, "PS1='shell: ' bash --norc -i", func(s *scene, addr string, stop func()) {
			s.Await(`^shell: *\z`)
			s.Enter(rig.Program(s.t) + " --quiet " + addr)
			s.Await(at)
			s.Clear()
			s.Enter(endless)
			s.Await(`^… `)
			s.Keys("C-z")
			s.Await(stopped)
			s.Enter(`stty -a | grep -Eo " icanon| echo "`)
			s.Await(`^ icanon\n echo *\n^shell: *\z`)
			s.Enter("fg")
			s.Await(goneOn)
			s.Keys("C-c")
			s.Await(at)
			s.ask("1 + 1")
			s.take("Ctrl-Z in a question, fg and Ctrl-C")
			s.Clear()
			s.Keys("Up")
			s.Await(`> 1 \+ 1\z`)
			s.Keys("Enter")
			s.Await(at)
			s.take("Up after that")
			s.Keys("C-d")
			s.Await(`^shell: *\z`)
			s.Enter("exit")
			s.Await(`^THE END$`)
		}},
		{"sizes", 100, 40, "", func(s *scene, addr string, stop func()) {
			s.Await(at)
			for _, columns := range []int{100, 40} {
				s.Resize(columns, 40)
				s.Knows(columns)
				s.ask("depot")
				s.ask("depot.labels")
				s.ask("map(1..30, # * 1000)")
				s.ask("map(1..2, {{number: #, square: # * #, cube: # * # * #, name: \"row\"}})")
				s.ask("sum(depot.labels)")
				s.take("of " + map[int]string{100: "a hundred columns", 40: "forty"}[columns])
			}
			s.Clear()
			s.Write(`"日本語" + "e` + "\u0301" + `te` + "\u0301" + `" + "a line that is longer than a row"`)
			s.Await(`row"\z`)
			s.Keys("C-a", "Right", "Right", "Right")
			s.Write("0")
			s.Await(`"日本0語"`)
			s.Keys("BSpace", "C-e")
			s.ask(` + "."`)
			s.take("wide and combining characters in a line of two rows")
			s.leave()
		}},
		{"pasting", 100, 30, "", func(s *scene, addr string, stop func()) {
			s.Await(at)
			s.Clear()
			s.Paste("1 + 1\n[10,\n20,\n30]\nx = 5\ndepott\nx * 2\n")
			s.Await(`^\. x \* 2\z`)
			s.take("lines wait for Enter")
			s.Keys("Enter")
			s.Await(`^10\n` + at)
			s.take("lines, an open bracket in one, an error in another")
			s.Clear()
			s.Paste("count(1..1000, count(1..1000, # < 0) == 0)\n1 + 2\n1 + 3\n1 + 4\n1 + 5\n")
			s.Await(`^\. 1 \+ 5\z`)
			s.Keys("Enter")
			s.Await(`^6\n` + at)
			s.take("of five, the first takes longer")
			s.Clear()
			s.Paste("[\n\t1,\n\t\t2,\n\t3,\n]\n")
			s.Await(`^\. \]\z`)
			s.Keys("Enter")
			s.Await(`^\[1, 2, 3\]\n` + at)
			s.take("indented by tabs")
			s.Clear()
			s.Paste(endless + "\n1 + 2\n1 + 3\n1 + 4\n1 + 5\n")
			s.Await(`^\. 1 \+ 5\z`)
			s.Keys("Enter")
			s.Await(`^… `)
			s.Keys("C-c")
			s.Await(at)
			s.ask("20 + 22")
			s.Keys("Up", "Up")
			s.Await(`> 1 \+ 5\z`)
			s.take("Ctrl-C in the first of five")
			s.Keys("C-u")
			s.Await(at)
			s.Clear()
			s.write("20 +")
			s.Paste("\t22\n")
			s.Await(`> 20 \+  22\z`)
			s.Keys("Enter")
			s.Await(`^42\n` + at)
			s.Paste("1 + 1\nx = 6\n")
			s.Await(`^\. x = 6\z`)
			s.Keys("C-c")
			s.Await(at)
			s.ask("x")
			s.take("a part of a line, and Ctrl-C at what was pasted")
			s.Clear()
			s.Paste(strings.Repeat("// "+strings.Repeat("long ", 200)+"\n", 70))
			s.Await(`^the paste was cut after 65,536 bytes; Ctrl-C gives it up[^\0]*lon\z`)
			s.Keys("C-c")
			s.Await(at)
			s.ask("20 + 22")
			s.leave()
		}},
		{"restarting", 100, 30, "", func(s *scene, addr string, stop func()) {
			s.Await(at)
			s.Clear()
			s.ask("x = 42")
			s.write("depot.lab")
			s.Keys("Left", "Left", "Left")
			stop()
			s.Await(`^the server closed the connection; connecting again\n.*> depot\.lab\z`)
			s.take("the connection ends while a line is edited")
			_, stop = startDepot(s.t, addr)
			s.Await(`^depot has restarted: .*\n.*> depot\.lab\z`)
			s.Write("items.")
			s.Await(`> depot\.items\.lab`)
			s.take("somebody else answers, and the cursor is where it was")
			s.Keys("C-u", "C-k")
			s.Await(at)
			s.ask("x")
			s.Clear()
			s.write(`"` + strings.Repeat("long ", 30) + `" + "end"`)
			s.Keys("C-a", "Right")
			stop()
			s.Await(`connecting again\n.*> "long`)
			s.Write("very ")
			s.Await(`> "very long[^\0]*"end"\z`)
			s.take("a line of two rows, and the cursor in the first")
			s.Keys("C-e")
			s.Write("!")
			s.Await(`"end"!\z`)
			s.Keys("C-c")
			s.Await(at)
			s.Clear()
			s.Enter("x")
			s.Await(`^the connection is over; connecting again, until Ctrl-C$`)
			s.Keys("C-c")
			s.Await(at)
			s.take("nobody is there")
			s.Clear()
			s.Enter("depot.open")
			s.Await(`^the connection is over; connecting again, until Ctrl-C$`)
			startDepot(s.t, addr)
			s.Await(`^true\n` + at)
			s.ask("x")
			s.take("somebody is")
			s.leave()
		}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			promptFolders(t)
			addr, stop := startDepot(t, "127.0.0.1:0")
			target := tc.target
			if target == "" {
				target = rig.Program(t) + " " + addr
			}
			s := &scene{Screen: rig.NewScreen(t, tc.columns, tc.rows, target), t: t}
			tc.play(s, addr, stop)
			rig.Golden(t, *update, screens(tc.name), s.seen.String())
		})
	}
}

// TestScreensOfLogin: the terminal asks for the user and the password, and shows no letter of it.
func TestScreensOfLogin(t *testing.T) {
	promptFolders(t)
	server := depotServer()
	server.Auth = telnet.AuthenticatorFunc(asksAnn)
	addr := rig.Start(t, "tcp", "127.0.0.1:0", server).String()
	s := &scene{Screen: rig.NewScreen(t, 100, 30, "PS1='shell: ' bash --norc -i"), t: t}
	s.Await(`^shell: *\z`)
	s.Enter(rig.Program(t) + " --quiet " + addr)
	for _, password := range []string{"coffee-time", "tea-time"} {
		s.Await(`user: *\z`)
		s.Enter("ann")
		s.Await(`password: *\z`)
		s.Enter(password)
	}
	s.Await(at)
	s.take("a wrong password, and the right one")
	s.Keys("C-d")
	s.Await(`^shell: *\z`)
	// atPassword begins anew, up to the second question, and takes the screen once end has ended the
	// program with what is said.
	atPassword := func(what, said string, end func()) {
		s.Keys("C-l")
		s.Await(`\Ashell: *\z`)
		s.Enter(rig.Program(t) + " --quiet " + addr)
		s.Await(`user: *\z`)
		s.Enter("ann")
		s.Await(`password: *\z`)
		end()
		s.Await(said + `^shell: *\z`)
		s.Enter(`echo "exit code $?"; stty -a | grep -Eo " icanon| echo "`)
		s.Await(`^exit code \d+\n icanon\n echo *\n^shell: *\z`)
		s.take(what + " at the password")
	}
	for _, key := range []string{"C-c", "C-d"} {
		atPassword(key, "", func() {
			s.Write("tea-")
			s.Keys("C-u", key)
		})
	}
	// A server that ends meanwhile is noticed before anything is typed.
	atPassword("the server ends", `^sightglass: .*\n`, func() { server.Close() })
	s.Enter("exit")
	s.Await(`^THE END$`)
	rig.Golden(t, *update, screens("login"), s.seen.String())
}

// Who gives a login up at the prompt is told once, and asked again at the next line.
func TestPromptGivesLoginUp(t *testing.T) {
	promptFolders(t)
	server := depotServer()
	server.Auth = telnet.AuthenticatorFunc(asksAnn)
	addr := rig.Start(t, "tcp", "127.0.0.1:0", server).String()
	s := &scene{Screen: rig.NewScreen(t, 100, 30, rig.Program(t)+" --quiet "+addr), t: t}
	login := func(keys ...string) {
		s.Await(`user: *\z`)
		s.Enter("ann")
		s.Await(`password: *\z`)
		s.Keys(keys...)
	}
	login("t", "e", "a", "-", "t", "i", "m", "e", "Enter")
	s.Await(at)
	s.ask("1 + 1")
	server.Close()
	s.Await(`connecting again\n` + at)
	again := depotServer()
	again.Auth = telnet.AuthenticatorFunc(asksAnn)
	rig.Start(t, "tcp", addr, again)
	s.Await(`^it wants you to log in; the next line connects again\n` + at)
	for _, key := range []string{"C-c", "C-d"} {
		s.Clear()
		s.Enter("2 + 2")
		login(key)
		s.Await(`^not connected; the next line tries again\n` + at)
	}
	s.Clear()
	s.Enter("2 + 2")
	s.Await(`user: *\z`)
	s.Keys("C-c")
	s.Await(`^not connected; the next line tries again\n` + at)
	s.Clear()
	s.Enter("2 + 2")
	login("t", "e", "a", "-", "t", "i", "m", "e", "Enter")
	s.Await(`^4\n` + at)
	if n := strings.Count(s.Raw(), "it wants you"); n != 1 {
		t.Errorf("it is told %d times that the server asks", n)
	}
	s.leave()
}

// TestScreensOfChoice: of several processes the user chooses one.
func TestScreensOfChoice(t *testing.T) {
	rig.Need(t, "tmux")
	promptFolders(t)
	rig.RunDemo(t, "--listen", "127.0.0.1:0")
	rig.RunDemo(t, "--listen", "127.0.0.1:0")
	seen := ""
	for _, answer := range []string{"2", "3"} {
		s := &scene{Screen: rig.NewScreen(t, 100, 10, rig.Program(t)+` --quiet; echo "exit code $?"`), t: t}
		s.Await(`^which one\? *\z`)
		s.Enter(answer)
		if answer == "2" {
			s.Await(ready)
			s.Keys("C-d")
		}
		s.Await(`^THE END$`)
		text := steady(s.Text())
		text = regexp.MustCompile(`shop@\S+ >`).ReplaceAllString(text, "shop@HOST >")
		s.seen.WriteString("== " + answer + "\n" + text + "\n")
		seen += s.seen.String()
	}
	rig.Golden(t, *update, screens("choice"), seen)
}
