package console

import (
	"bytes"
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/sightglass-go/sightglass/eval"
	"github.com/sightglass-go/sightglass/inspect"
	"github.com/sightglass-go/sightglass/inspect/render"
	"github.com/sightglass-go/sightglass/internal/text"
	"github.com/sightglass-go/sightglass/registry"
)

var update = flag.Bool("update", false, "write the golden files and docs/commands.md anew")

// golden compares got with a file.
func golden(t *testing.T, file, got string) {
	t.Helper()
	if *update {
		if err := os.MkdirAll(filepath.Dir(file), 0o777); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(file, []byte(got), 0o666); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatalf("%v; go test ./internal/console -update writes it", err)
	}
	if got != string(want) {
		t.Errorf("%s is stale (-update writes it anew), got\n%s", file, got)
	}
}

// answers is an evaluator with an answer or an error for each line.
type answers map[string]any

func (a answers) Run(_ context.Context, q eval.Query) (eval.Result, error) {
	source := q.Source
	switch x := a[source].(type) {
	case eval.Result:
		return x, nil
	case *eval.Error:
		x.Source = source
		return eval.Result{}, x
	case error:
		return eval.Result{}, x
	}
	return eval.Result{Node: textNode(source)}, nil
}

func (a answers) CompleteContext(_ context.Context, line string, pos int) []eval.Completion {
	return names("cache", "hits", "history2")(line, pos)
}

func list(n int) *render.Node {
	l := &render.Node{Shape: inspect.List, Type: "[]string", Len: n}
	for i := range n {
		l.Items = append(l.Items, render.Item{Node: textNode(fmt.Sprintf("element number %d", i))})
	}
	return l
}

// What a person sees. Read the diff when it changes.
func TestAnswers(t *testing.T) {
	wrong := func(message string, line, col int) *eval.Error {
		return &eval.Error{Message: message, Line: line, Col: col}
	}
	slow := eval.Cost{Time: 61 * time.Millisecond, Walked: 1_204_331}
	all := answers{
		"cheap":                 eval.Result{Node: textNode("48211"), Cost: eval.Cost{Time: time.Millisecond, Entries: 10}},
		"slow":                  eval.Result{Node: textNode("48211"), Cost: slow},
		"slow and long":         eval.Result{Node: textNode(strings.Repeat("long ", 10)), Cost: slow},
		"slow and many":         eval.Result{Node: list(5), Cost: slow},
		"x = slow":              eval.Result{Node: textNode("5"), Name: "x", Cost: slow},
		"x = 5":                 eval.Result{Node: textNode("5"), Name: "x"},
		"noted":                 eval.Result{Node: textNode("5"), Notes: []string{"m was read racily: nothing guards it", "evil \x1b[31m"}},
		"slow and noted":        eval.Result{Node: textNode("5"), Cost: slow, Notes: []string{"m was read racily"}},
		"all costs":             eval.Result{Node: textNode("5"), Cost: eval.Cost{Time: 12345 * time.Millisecond, Gave: 11 * time.Second, Walked: 5, Bytes: 3 << 20, Waited: 99 * time.Millisecond, Retries: 4000, Torn: 2}},
		"cach.items":            wrong("unknown name cach at 1:1; did you mean cache?", 1, 1),
		"count(日本, nope)":       wrong("unknown name nope at 1:11", 1, 11),
		"f(\n  nope)":           wrong("unknown name nope at 2:3", 2, 3),
		"at the end (":          wrong("unexpected end at 1:13", 1, 13),
		"nowhere":               wrong("the budget of time, 5s, is spent; ask for a part", 0, 0),
		"not ours":              errors.New("something \x1b[2J else"),
		strings.Repeat("x", 90): wrong("unknown name at 1:1", 1, 1),
	}
	lines := []string{"cheap", "slow", "slow and long", "slow and many", "x = slow", "x = 5", "noted", "slow and noted", "all costs",
		"cach.items", "count(日本, nope)", "f(\n  nope)", "at the end (", "nowhere", "not ours", strings.Repeat("x", 90),
		"help", "help help", "help set", "help keys", "help marks", "help nothing\x1b", "set", "set width 100", "set color maybe", "set width 3", "set foo 1", "set page", "set depth", "set",
		"set color on", "x = slow", "cach.items", "set color auto", "set width auto", "set", "dir", "dir  cache", "dir.x", "dir = 1", "history", "quit 1"}
	for _, echoed := range []bool{false, true} {
		var screen strings.Builder
		s := New(all, &screen, eval.Limits{})
		s.SetEchoed(echoed)
		for _, line := range lines {
			if echoed {
				screen.WriteString(prompt + text.EscapeLines(strings.ReplaceAll(line, "\n", "\n. ")) + "\n")
			} else {
				screen.WriteString(prompt)
			}
			if err := s.Do(context.Background(), line); err != nil && !errors.Is(err, ErrQuit) {
				t.Errorf("%s: %v", line, err)
			}
		}
		golden(t, map[bool]string{false: "testdata/line.txt", true: "testdata/character.txt"}[echoed],
			strings.ReplaceAll(screen.String(), "\x1b", "␛"))
	}
}

func TestOutputLimit(t *testing.T) {
	var out bytes.Buffer
	s := New(answers{"many": eval.Result{Node: list(1000)}}, &out, eval.Limits{Output: 5000})
	if err := s.Do(context.Background(), "many"); err != nil {
		t.Fatal(err)
	}
	got := out.String()
	if len(got) > 5100 || !strings.HasSuffix(got, " bytes more: ask for a part of it\n") {
		t.Errorf("%d bytes, ending in %q", len(got), got[max(0, len(got)-100):])
	}
	var cut, whole int
	fmt.Sscanf(got[strings.LastIndex(got, "…"):], "… %d,%d bytes more", &cut, &whole)
	out.Reset()
	New(answers{"many": eval.Result{Node: list(1000)}}, &out, eval.Limits{}).Do(context.Background(), "many")
	shown := strings.LastIndex(got, "\n…")
	if lost := cut*1000 + whole; shown+lost+1 != out.Len() {
		t.Errorf("%d bytes are shown and %d are said to be lost, of %d", shown, lost, out.Len())
	}
}

// TestOutputLimitInJSON: an answer in JSON that is too long is told, and not cut.
func TestOutputLimitInJSON(t *testing.T) {
	var out bytes.Buffer
	s := New(answers{"many": eval.Result{Node: list(1000)}}, &out, eval.Limits{Output: 3000})
	for _, line := range []string{"set format json", "many"} {
		out.Reset()
		if err := s.Do(context.Background(), line); err != nil {
			t.Fatal(err)
		}
	}
	want := `{"…":{"error":"the answer has 20,891 bytes, and 3,000 are allowed; ask for a part of it"}}` + "\n"
	if got := out.String(); got != want {
		t.Errorf("got %s want %s", got, want)
	}
}

func TestCutAnswer(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	var out bytes.Buffer
	if err := New(answers{}, &out, eval.Limits{}).Do(ctx, "any"); !errors.Is(err, context.Canceled) || out.Len() > 0 {
		t.Errorf("%v after %q", err, out.String())
	}
}

type broken struct{}

func (broken) Write([]byte) (int, error) { return 0, errors.New("broken") }

func TestBrokenOutput(t *testing.T) {
	for _, line := range []string{"any", "help", "history", "set", "set x y"} {
		if err := New(answers{}, broken{}, eval.Limits{}).Do(context.Background(), line); err == nil {
			t.Errorf("%s: no error", line)
		}
	}
}

func TestCommandCompletion(t *testing.T) {
	s := New(answers{}, &bytes.Buffer{}, eval.Limits{})
	all := "cache hits history2"
	for _, c := range commands() {
		all += " " + c.name
	}
	for line, want := range map[string]string{
		"hi":       "hits history2 history",
		"q":        "quit",
		" q":       "quit",
		"":         all,
		"set ":     "width color page format depth items text time entries memory",
		"set w":    "width",
		"help ke":  "keys",
		"help set": "set",
		"x = hist": "history2",
		"dir ca":   "cache",
	} {
		var got []string
		for _, c := range s.Complete(t.Context(), line, len(line)) {
			got = append(got, c.Text)
			if !strings.HasSuffix(line[:c.Start]+c.Text, c.Text) {
				t.Errorf("%q: starts at %d", line, c.Start)
			}
		}
		if strings.Join(got, " ") != want {
			t.Errorf("%q completes to %q, want %q", line, got, want)
		}
	}
}

// In an expression, the name of a command is a name like any other.
func TestCommandsAgainstExpressions(t *testing.T) {
	for line, want := range map[string]bool{
		"help": true, " help ": true, "help keys": true, "history": true, "dir cache": true, "set width 80": true,
		"dir()": false, "dir(cache)": false, "help = 3": false, "history | count(#)": false, "history.lines": false,
		"quit == 1": false, "watch (a)": true, "dir [a]": true, "watch -a": true, "watch !a": true, "watch != a": false, "watch = 1": false, "set[0]": false, "helper": false, "": false, "set ? 1 : 2": false,
	} {
		if _, _, ok := parseCommand(line); ok != want {
			t.Errorf("%q is a command: %v", line, ok)
		}
	}
}

func TestIncomplete(t *testing.T) {
	for line, want := range map[string]bool{
		"":                   false,
		"[({":                true,
		"[({(":               false,
		"count(x":            true,
		"count(x)":           false,
		"count(x))":          false,
		"[1, {a: 2":          true,
		"(]":                 false,
		`"("`:                false,
		`f("(`:               false,
		`f('a\'(', `:         true,
		`f("\\"`:             true,
		"`raw":               true,
		"`raw\n`":            false,
		"f(`)`":              true,
		"1 // (":             false,
		"f( // )":            true,
		"f( // )\n)":         false,
		"1 /* (":             true,
		"1 /* ( */":          false,
		"a / (b":             true,
		"set width (":        false,
		"# a ( comment":      false,
		"f(\n# > (1":         true,
		"\"a\nb(":            false,
		"let x = [1,\n2]; f": false,
	} {
		if got := new(scanner).incomplete(line, 3); got != want {
			t.Errorf("%q is incomplete: %v", line, got)
		}
	}
}

func TestHistoryIsBounded(t *testing.T) {
	var h history
	for i := range 10_000 {
		h.add(fmt.Sprintf("%d%s", i, strings.Repeat("x", i%300)))
		bytes := 0
		for _, line := range h.lines {
			bytes += len(line)
		}
		if len(h.lines) > historyLines || bytes > historyBytes || bytes != h.bytes {
			t.Fatalf("after %d lines: %d lines, %d bytes, counted as %d", i, len(h.lines), bytes, h.bytes)
		}
	}
	if last := h.lines[len(h.lines)-1]; !strings.HasPrefix(last, "9999") {
		t.Errorf("the last line is %q", last)
	}
	n := len(h.lines)
	h.add("")
	h.add("  ")
	h.add(h.lines[n-1])
	h.add(strings.Repeat("x", historyBytes+1))
	if len(h.lines) != n {
		t.Errorf("%d lines of %d", len(h.lines), n)
	}
}

func TestUptimeAndProgram(t *testing.T) {
	for d, want := range map[time.Duration]string{
		time.Millisecond:                  "0s",
		59 * time.Second:                  "59s",
		61*time.Minute + time.Second:      "1h1m",
		5*time.Minute + 2*time.Second:     "5m2s",
		76*time.Hour + 59*time.Minute:     "3d4h",
		1000*24*time.Hour + 2*time.Minute: "1000d0h",
	} {
		if got := uptime(d); got != want {
			t.Errorf("%v is %q, want %q", d, got, want)
		}
	}
	for _, tc := range []struct {
		args   []string
		module string
		want   string
	}{
		{[]string{"/usr/bin/shop"}, "example.org/x", "shop"},
		{[]string{"shop.exe"}, "", "shop"},
		{nil, "example.org/x/shop", "shop"},
		{[]string{""}, "", "a program"},
	} {
		if got := program(tc.args, tc.module); got != tc.want {
			t.Errorf("%q of %q is %q", tc.args, tc.module, got)
		}
	}
}

// docs/commands.md has what help says.
func TestCommandsDocument(t *testing.T) {
	var b strings.Builder
	b.WriteString("# Commands\n\n" +
		"A line is a command if its first word is one of these, and no operator follows it; any other line is an\n" +
		"expression. `help` says in a session what this page says.\n")
	for _, c := range commands() {
		fmt.Fprintf(&b, "\n## %s\n\n`%s`: %s.\n", c.name, usage(c), c.summary)
		if c.detail != "" {
			fmt.Fprintf(&b, "\n%s\n", strings.ReplaceAll(c.detail, "\n", "  \n"))
		}
	}
	b.WriteString("\n## Words of other shells\n\n" +
		"A line that is no expression and begins with a word of another shell, REPL or debugger is taken for what it means here,\n" +
		"or answered by the line to type. What the application exposes under such a name comes first. x stands for what follows.\n\n" +
		"| word | is |\n|---|---|\n")
	for _, w := range words() {
		var is []string
		for _, line := range []string{w.alone, strings.ReplaceAll(w.with, "{}", "x")} {
			switch line {
			case "":
			case bannerLine:
				is = append(is, "what a session begins with")
			case clearLine:
				is = append(is, "an empty screen, as ^L")
			default:
				is = append(is, "`"+line+"`")
			}
		}
		if len(is) > 0 {
			fmt.Fprintf(&b, "| `%s` | %s |\n", strings.ReplaceAll(w.names, " ", "` `"), strings.Join(is, ", "))
		}
	}
	b.WriteString("\nA line that begins with `# ` is a comment.\n")
	for _, t := range topics() {
		fmt.Fprintf(&b, "\n# %s\n\n%s.\n\n```text\n%s```\n", strings.ToUpper(t.name[:1])+t.name[1:], strings.ToUpper(t.summary[:1])+t.summary[1:], t.text)
	}
	golden(t, filepath.Join("..", "..", "docs", "commands.md"), b.String())
}

// Colors are for terminals that show them, unless the user wants none.
func TestColour(t *testing.T) {
	for _, tc := range []struct {
		environment string
		terminal    bool
		set         string
		want        bool
	}{
		{"", true, "", true}, {"", false, "", false}, {"1", true, "", false}, {"1", true, "set color on", true},
		{"", true, "set color off", false}, {"", false, "set color on", true}, {"1", true, "set color on; set color auto", false},
	} {
		t.Setenv("NO_COLOR", tc.environment)
		var out strings.Builder
		s := New(answers{"many": eval.Result{Node: list(2), Cost: eval.Cost{Entries: 1e6}}, "wrong": errors.New("wrong")}, &out, eval.Limits{})
		s.SetColor(tc.terminal)
		s.Do(context.Background(), tc.set)
		for _, line := range []string{"many", "wrong", "dir", "help", "set", "watch many until many"} {
			s.Do(context.Background(), line)
		}
		if got := strings.Contains(out.String(), "\x1b"); got != tc.want {
			t.Errorf("%+v: colours are %v", tc, got)
		}
	}
}

// TestAllItems: a list of more elements than an answer may show says so when one asks for all.
func TestAllItems(t *testing.T) {
	var out strings.Builder
	s := New(costless{eval.NewSession(registry.New(), eval.Limits{})}, &out, eval.Limits{})
	for _, line := range []string{"set items 100000", "1..100000"} {
		if err := s.Do(context.Background(), line); err != nil {
			t.Fatal(err)
		}
	}
	got := out.String()
	want := `
  9983, 9984, 9985, 9986, 9987, 9988, 9989, 9990, 9991, 9992, 9993, 9994, 9995,
  9996, 9997, 9998, 9999
  … 90,001 more: (1..100000)[9999:19998]
]
  an answer shows at most 10,000 values in all: ask for the parts
`[1:]
	if !strings.HasPrefix(got, "at most 10,000 values are shown in all: the application's Limits.Show.Nodes\n[\n  1, 2, 3,") || !strings.HasSuffix(got, want) {
		t.Errorf("the answer begins with %.200q and ends with %s", got, got[max(0, len(got)-400):])
	}
}
