// Package docs_test runs every example of the manual.
package docs_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	_ "github.com/sightglass-go/sightglass/internal/attack"
	"github.com/sightglass-go/sightglass/internal/rig"
	"github.com/sightglass-go/sightglass/registry"
	"github.com/sightglass-go/sightglass/telnet"
)

func TestMain(m *testing.M) { rig.MainAtRoot(m) }

func documents(t *testing.T) []string {
	t.Helper()
	files, err := filepath.Glob("docs/*.md")
	if err != nil {
		t.Fatal(err)
	}
	return append(files, "README.md", "CONTRIBUTING.md")
}

// elsewhere has the documents whose examples the tests of another package run.
var elsewhere = map[string]string{
	"docs/telnet.md":      "telnet",
	"docs/commands.md":    "internal/console",
	"docs/expressions.md": "eval",
	"docs/protocol.md":    "telnet",
	"docs/client.md":      "cmd/sightglass",
}

// TestExamples runs the examples of the documents: Go programs and fragments, and sessions with the
// demo.
func TestExamples(t *testing.T) {
	for _, file := range documents(t) {
		if folder, ok := elsewhere[file]; ok {
			if !declares(t, folder, filepath.Base(file)) {
				t.Errorf("no test of %s mentions %s", folder, file)
			}
			continue
		}
		t.Run(file, func(t *testing.T) {
			var fragments []rig.Block
			var d *rig.Demo
			var s *rig.Session
			var addr string // of the last whole program
			for _, b := range rig.Blocks(t, file) {
				switch {
				case b.Lang == "go" && strings.HasPrefix(b.Text, "package main"):
					addr = runProgram(t, b)
					if file == "README.md" {
						if got := rig.Connect(t, "tcp", addr).Ask("cache.items.a >= 1"); got != "true" {
							t.Errorf("%v: cache.items.a >= 1 is %s", b, got)
						}
					}
				case b.Lang == "go":
					fragments = append(fragments, b)
				case b.Lang == "console":
					switch {
					case strings.Contains(b.Text, "demo --trouble"):
						d = rig.RunDemo(t, "--trouble", "--listen", "localhost:0")
					case d == nil:
						d = rig.RunDemo(t, "--listen", "localhost:0")
					}
					s = replay(t, b, d, s)
				case b.Lang == "sh" && file == "docs/security.md": // TestSecurity runs them
				case b.Lang == "text" && file == "docs/security.md": // TestConfirmationInManual in telnet types it
				case b.Lang == "text" && addr != "":
					typeInto(t, b, addr)
				case b.Lang == "sh":
					tryCommands(t, b)
				case b.Lang == "ini":
					tryUnit(t, b)
				case b.Lang == "json" && json.Valid([]byte(b.Text)):
				default:
					t.Errorf("%v: nothing tests a block of %q", b, b.Lang)
				}
			}
			tryFragments(t, fragments)
		})
	}
}

// TestBenchmarks: what the documents measure with is there.
func TestBenchmarks(t *testing.T) {
	command := regexp.MustCompile(`go test \./(\S+) [^\n]*-bench (?:Benchmark)?(\w+)`)
	for _, file := range documents(t) {
		for _, m := range command.FindAllStringSubmatch(rig.Read(t, file), -1) {
			if !declares(t, m[1], "func Benchmark"+m[2]) {
				t.Errorf("%s: %s has no Benchmark%s", file, m[1], m[2])
			}
		}
	}
}

// declares reports whether text stands in a test of the package in folder: the name of a document
// that is read there, or a function.
func declares(t *testing.T, folder, text string) bool {
	t.Helper()
	files, err := filepath.Glob(folder + "/*_test.go")
	if err != nil {
		t.Fatal(err)
	}
	return slices.ContainsFunc(files, func(file string) bool { return strings.Contains(rig.Read(t, file), text) })
}

// tryCommands checks the commands of a document: what they build, builds, what they get is this
// module, and what they test, CI tests. A client in another container is tried in this one.
func tryCommands(t *testing.T, b rig.Block) {
	for _, line := range strings.Split(strings.TrimSpace(b.Text), "\n") {
		switch words := strings.Fields(line); {
		case len(words) > 2 && words[0] == "go" && words[1] == "run":
			rig.GoTool(t, "vet", words[2])
		case line == "go get "+rig.Module+"@latest":
		case words[0] == "kubectl" || words[0] == "docker":
			client := line[strings.LastIndex(line, "telnet "):]
			addr := rig.Start(t, "tcp", "127.0.0.1:0", &telnet.Server{Registry: registry.New(), Name: "shop@web-7"})
			rig.Need(t, "busybox")
			rig.NewScreen(t, 80, 24, "busybox "+strings.Replace(client, "localhost 3000", "127.0.0.1 "+rig.Port(t, addr), 1)).Await(`^shop@web-7 > ?\z`)
			if client != "telnet localhost 3000" {
				t.Errorf("%v: %s is not what the other examples connect to", b, client)
			}
		case !strings.Contains(rig.Read(t, ".ci/run"), line):
			t.Errorf("%v: CI does not run %s", b, line)
		}
	}
}

// runProgram builds and runs a whole program until the end of the test, and returns the address
// that it listens on in place of localhost:3000.
func runProgram(t *testing.T, b rig.Block) (addr string) {
	l, err := net.Listen("tcp", "localhost:0")
	if err != nil {
		t.Fatal(err)
	}
	addr = l.Addr().String()
	l.Close()
	cmd := exec.Command(rig.Build(t, "example", strings.ReplaceAll(b.Text, "localhost:3000", addr)))
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	if err := cmd.Start(); err != nil {
		t.Fatalf("%v: %v", b, err)
	}
	t.Cleanup(func() {
		cmd.Process.Kill()
		cmd.Wait()
		if t.Failed() {
			t.Logf("%v wrote\n%s", b, &stderr)
		}
	})
	for end := time.Now().Add(rig.Patience); ; {
		conn, err := net.Dial("tcp", addr)
		if err == nil {
			conn.Close()
			return addr
		}
		if time.Now().After(end) {
			t.Fatalf("%v: it does not listen: %v", b, err)
		}
	}
}

// typeInto types the lines of a block that stand behind a prompt into a telnet client in a terminal,
// and compares what the terminal then shows with the block. An answer that ends in "yes: yes" is
// what a question is given.
func typeInto(t *testing.T, b rig.Block, addr string) {
	rig.Need(t, "telnet")
	host, port, err := net.SplitHostPort(addr)
	if err != nil {
		t.Fatal(err)
	}
	screen := rig.NewScreen(t, 100, 50, "telnet "+host+" "+port)
	const prompt = `(?:\S+@\S+ )?# ?` // with the name of the program, or without
	screen.Await("^" + prompt + `\z`)
	for _, step := range strings.Split("\n"+strings.TrimSpace(b.Text), "\n# ")[1:] {
		typed, want, _ := strings.Cut(step, "\n")
		screen.Enter(typed)
		if strings.Contains(want, "yes: yes") {
			screen.Await("yes: ?$")
			screen.Enter("yes")
		}
		screen.Await("^" + prompt + regexp.QuoteMeta(typed) + `\n[^\x00]*\n` + prompt + `\z`)
	}
	all := regexp.MustCompile("(?m)^"+prompt).ReplaceAllString(screen.All(), "# ")
	_, got, _ := strings.Cut(all, "\n# ")
	got = strings.TrimSuffix("# "+got, "\n# ")
	if got, want := masked(got), masked(b.Text); got != want {
		t.Errorf("%v:\n got: %s\nwant: %s", b, got, want)
	}
}

// aside is what stands around the fragments, with what the documents take for granted: an
// application with a cache. It is no program, so that nothing has to be linked.
const aside = `package fragments

import (
	"context"
	"sync"
)

func valid(context.Context, string) bool { return false }

type Cache struct{ mu sync.RWMutex }

type Loop struct{ events chan func() }

type Config struct{}
`

// fragment is a file with one fragment in it.
const fragment = `package fragments

import (
	"context"
	"crypto/tls"
	"database/sql"
	"log/slog"
	"os"
	"os/signal"
	"sync"
	"syscall"
	"time"

	"github.com/sightglass-go/sightglass/registry"
	"github.com/sightglass-go/sightglass/telnet"
)

func example%d() {
	_, _, _ = context.Background, slog.Default, registry.New
	_, _, _ = os.Getenv, signal.Notify, new(tls.Config)
	_, _, _ = syscall.SIGTERM, time.Second, sql.Open
	_, _ = telnet.ListenAndServe, new(sync.Mutex)
	c, l, config := new(Cache), new(Loop), Config{}
	_, _, _ = c, l, config
//line %s:%d
%s}
`

// tryFragments compiles fragments of Go together: a go command for each would take a second for
// each.
func tryFragments(t *testing.T, fragments []rig.Block) {
	if len(fragments) == 0 {
		return
	}
	dir := t.TempDir()
	write := func(name, source string) string {
		file := filepath.Join(dir, name)
		if err := os.WriteFile(file, []byte(source), 0o600); err != nil {
			t.Fatal(err)
		}
		return file
	}
	args := []string{"build", "-gcflags=-e", "-o", os.DevNull, write("aside.go", aside)}
	for i, b := range fragments {
		args = append(args, write(fmt.Sprintf("fragment%d.go", i), fmt.Sprintf(fragment, i, b.File, b.Line+1, b.Text)))
	}
	if out, err := exec.Command("go", args...).CombinedOutput(); err != nil {
		t.Errorf("%v\n%s", err, out)
	}
}

// replay types the commands ("$ ") and lines ("> ", with or without a name) of a console block into
// the demo, compares the answers with those of the document, and returns the session for the next
// block.
func replay(t *testing.T, b rig.Block, d *rig.Demo, s *rig.Session) *rig.Session {
	prompt := regexp.MustCompile(`(?m)^(?:shop@web-7 )?([$>] )`)
	steps := prompt.Split(b.Text, -1)
	var marks []string
	for _, m := range prompt.FindAllStringSubmatch(b.Text, -1) {
		marks = append(marks, m[1])
	}
	for i, mark := range marks {
		typed, want, _ := strings.Cut(steps[i+1], "\n")
		var got string
		switch {
		case mark == "$ " && strings.HasPrefix(typed, "go run "):
			got = "listening on " + d.Addr + "\n"
		case mark == "$ " && strings.HasPrefix(typed, "telnet "):
			s = rig.Connect(t, "tcp", d.Addr)
			got = s.Banner
		case mark == "$ ":
			rig.Need(t, "bash", "nc")
			out, err := exec.Command("bash", "-c", strings.ReplaceAll(typed, "localhost 3000", "localhost "+d.Port(t))).CombinedOutput()
			if err != nil {
				t.Errorf("%v: %s: %v", b, typed, err)
			}
			got = string(rig.Plain(out))
		case s == nil:
			t.Fatalf("%v: no telnet before %s", b, typed)
		default:
			got = s.Ask(typed)
			// The shop has only just opened: orders have to come in before one can be late, or
			// fail. And the machine may be busy: the demo gives an evaluation five seconds. That
			// nothing guards an object is told the first time only.
			for end := time.Now().Add(rig.Patience / 4); !rig.Matches(masked(got), masked(want)) && time.Now().Before(end); {
				got, want = unguarded.ReplaceAllString(s.Ask(typed), ""), unguarded.ReplaceAllString(want, "")
			}
		}
		if got, want := masked(got), masked(want); !rig.Matches(got, want) {
			t.Errorf("%v: %s\n got: %s\nwant: %s", b, typed, got, want)
		}
	}
	return s
}

// unguarded matches the note on an object that nothing guards.
var unguarded = regexp.MustCompile(`(?m)\n? +\w+ was read racily: nothing guards it.*$`)

// masks make two sessions comparable: they replace what differs between two runs.
var masks = []struct {
	what *regexp.Regexp
	sign string
}{
	{regexp.MustCompile(`\r`), ""},
	{rig.Cost, ""},
	{regexp.MustCompile(`(sightglass in \w+)[^,]*,`), "${1} VERSION,"},
	{regexp.MustCompile(`go1\S+ \w+/\w+\.`), "GO VERSION."},
	{regexp.MustCompile(`\b(\d+(\.\d+)?(ns|µs|ms|[dhms]))+\b`), "DURATION"},
	{regexp.MustCompile(`\d[\d,]*(\.\d+)?`), "N"},
	{regexp.MustCompile(`[█▉▊▋▌▍▎▏]+`), "BAR"},
	{regexp.MustCompile(`\.\.\. *\n`), "..."},
	{regexp.MustCompile(`\n*\.\.\.`), "..."},
	{regexp.MustCompile(` *\.\.\. *`), "..."},
	{regexp.MustCompile(` +`), " "},
	{regexp.MustCompile(`(?m) $`), ""},
}

func masked(s string) string {
	for _, m := range masks {
		s = m.what.ReplaceAllString(s, m.sign)
	}
	return strings.TrimSpace(s)
}

// TestNeeds: README says what go.mod and CI say of Go's releases and of platforms.
func TestNeeds(t *testing.T) {
	readme, ci := rig.Read(t, "README.md"), rig.Read(t, ".ci/run")
	find := func(text, pattern string) string {
		t.Helper()
		m := regexp.MustCompile(pattern).FindStringSubmatch(text)
		if m == nil {
			t.Fatalf("nothing matches %s", pattern)
		}
		return m[1]
	}
	oldest := find(rig.Read(t, "go.mod"), `(?m)^go (1\.\d+)`)
	for _, want := range []string{"Go " + oldest + " or later", "with go" + oldest, "with " + find(ci, `(?m)^next=(go1\.\d+)`)} {
		if !strings.Contains(strings.ReplaceAll(readme, "\n", " "), want) {
			t.Errorf("README.md does not say %q", want)
		}
	}
	for _, platform := range strings.Fields(find(ci, `for platform in (.*); do`)) {
		if system, _, _ := strings.Cut(platform, "/"); !regexp.MustCompile(`(?m)^\|[^|]*\b(` + platform + `|` + system + `)\b[^/|]*\|`).MatchString(readme) {
			t.Errorf("README.md does not say what holds on %s", platform)
		}
	}
}

// TestLinks: each document and section that a document links to exists.
func TestLinks(t *testing.T) {
	link := regexp.MustCompile(`\]\(([^):]*?)(#[^)]*)?\)`)
	for _, file := range documents(t) {
		for _, m := range link.FindAllStringSubmatch(rig.Read(t, file), -1) {
			target := file
			if m[1] != "" {
				target = filepath.Join(filepath.Dir(file), m[1])
			}
			text, err := os.ReadFile(target)
			if err != nil {
				t.Errorf("%s: %v", file, err)
			} else if m[2] != "" && !slices.Contains(anchors(string(text)), m[2]) {
				t.Errorf("%s: %s has no chapter %s", file, target, m[2])
			}
		}
	}
}

func anchors(text string) []string {
	var all []string
	for _, m := range regexp.MustCompile(`(?m)^#+ (.*)$`).FindAllStringSubmatch(text, -1) {
		name := regexp.MustCompile(`[^a-z0-9 -]`).ReplaceAllString(strings.ToLower(m[1]), "")
		all = append(all, "#"+strings.ReplaceAll(name, " ", "-"))
	}
	return all
}

// TestDependencies compares docs/dependencies.md with go.mod and with the imports.
func TestDependencies(t *testing.T) {
	var mod struct {
		Require []struct {
			Path     string
			Indirect bool
		}
	}
	if err := json.Unmarshal([]byte(rig.GoTool(t, "mod", "edit", "-json")), &mod); err != nil {
		t.Fatal(err)
	}
	text := rig.Read(t, "docs/dependencies.md")
	rows := map[string]string{} // of module: who imports or brings it
	for _, m := range regexp.MustCompile("(?m)^\\| `([^`]+)` \\| ([^|]+) \\| [^|]{20,} \\|$").FindAllStringSubmatch(text, -1) {
		rows[m[1]] = m[2]
	}
	for _, r := range mod.Require {
		who, ok := rows[r.Path]
		delete(rows, r.Path)
		if !ok {
			t.Errorf("docs/dependencies.md does not give the reason for %s", r.Path)
			continue
		}
		if r.Indirect {
			continue
		}
		if users := rig.Users(t, r.Path); who != "`"+strings.Join(users, "`, `")+"`" {
			t.Errorf("docs/dependencies.md says %s imports %s; it is %v", who, r.Path, users)
		}
	}
	for path := range rows {
		t.Errorf("docs/dependencies.md names %s, which go.mod does not need", path)
	}
}
