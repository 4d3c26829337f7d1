package client

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"

	"github.com/sightglass-go/sightglass/eval"
	_ "github.com/sightglass-go/sightglass/internal/attack"
	"github.com/sightglass-go/sightglass/registry"
	"github.com/sightglass-go/sightglass/telnet"
)

// redirections are lines, and what is a redirection in them.
var redirections = []struct{ line, want string }{
	{"cache | less", "| less"},
	{"cache.items|jq .", "|jq ."},
	{"a | filter(.x > 1)", ""}, // the pipe of an expression
	{"a | filter (.x)", ""},
	{"a |\n filter(.x)", ""},
	{"a | filter(.x) | sort -n | head -3 > f", "| sort -n | head -3 > f"},
	{"a | sort", "| sort"}, // a program, and a function only with brackets
	{"a | awk '{print $1}'", "| awk '{print $1}'"},
	{"a | (cat; cat)", "| (cat; cat)"},
	{"a || b", ""},
	{"a || b | wc", "| wc"},
	{`"a | b"`, ""},
	{"`a | b`", ""},
	{"[a | b]", ""},
	{"{x: a | b}", ""},
	{"1 /* | b */", ""},
	{"1 // | b", ""},
	{"# a | b", ""},
	{"a |", "|"},
	{"let x = 1; x | wc", "| wc"},
	{"1; 2 | wc", "| wc"},
	{"dir | wc -l", "| wc -l"},
	{"a > b", ""}, // a comparison
	{"a > out.json", ""},
	{"a >= /x", ""},
	{"a > ./out", "> ./out"},
	{"a>../out", ">../out"},
	{"a > ~/out", "> ~/out"},
	{"a > ~", "> ~"},
	{"a >> ~", ">> ~"},
	{"a > ~ann/out", "> ~ann/out"},
	{"a > /tmp/out", "> /tmp/out"},
	{"a > /* all */ 5", ""},
	{"a > // all\n 5", ""},
	{"a > .5", ""},
	{"filter(a, # > .x)", ""},
	{"a > 1 > ./out", "> ./out"},
	{"a >> out", ">> out"},
	{"a >>out.json", ">>out.json"},
	{"a >>", ">>"},
	{`a | grep "`, `| grep "`},
}

func TestRedirectAt(t *testing.T) {
	for _, tc := range redirections {
		got := ""
		if at := redirectAt(tc.line); at >= 0 {
			got = tc.line[at:]
		}
		if got != tc.want {
			t.Errorf("%q: %q, want %q", tc.line, got, tc.want)
		}
	}
}

// What is taken for a redirection never parses as an expression, and no expression that parses is cut.
func FuzzRedirect(f *testing.F) {
	for _, tc := range redirections {
		f.Add(tc.line)
	}
	s := eval.NewSession(registry.New(), eval.Limits{})
	f.Fuzz(func(t *testing.T, line string) {
		at := redirectAt(line)
		if at < 0 {
			return
		}
		if strings.IndexAny(line[at:], "|>") != 0 {
			t.Fatalf("%q is cut at %d", line, at)
		}
		if to, err := parseRedirect(line[at:]); err == nil && (to.command == "") == (to.file == "") {
			t.Errorf("%q goes to %+v", line, to)
		}
		_, err := s.Eval(t.Context(), line)
		if e, ok := err.(*eval.Error); !ok || e.Code != "syntax" {
			t.Errorf("%q is an expression: %v", line, err)
		}
	})
}

func TestParseRedirect(t *testing.T) {
	t.Setenv("HOME", "/home/ann")
	for _, tc := range []struct {
		source string
		want   redirect
		err    string
	}{
		{"|  jq . ", redirect{command: "jq ."}, ""},
		{"| ", redirect{}, "the program is missing"},
		{"> ./a", redirect{file: "./a"}, ""},
		{">> a", redirect{file: "a", adds: true}, ""},
		{`>> "a b"`, redirect{file: "a b", adds: true}, ""},
		{">> ~/a", redirect{file: "/home/ann/a", adds: true}, ""},
		{">> '~/a b'", redirect{file: "/home/ann/a b", adds: true}, ""},
		{"> ~/", redirect{file: "/home/ann"}, ""}, // which is a folder
		{"> ~", redirect{}, "~ is your home folder; name a file in it"},
		{`>> "~"`, redirect{}, "~ is your home folder; name a file in it"},
		{"> ~bob/a", redirect{}, "~bob is not looked up; write the path of that folder, or ./~bob"},
		{">> ~bob", redirect{}, "~bob is not looked up"},
		{"> ./~", redirect{file: "./~"}, ""},
		{`>> ""`, redirect{}, "name of a file is missing"},
		{">>", redirect{}, "the name of a file is missing"},
		{"> ./a b", redirect{}, "not the name of one file"},
		{"> ./a | wc", redirect{}, "not the name of one file"},
		{"> ./$HOME", redirect{}, "not the name of one file"},
	} {
		got, err := parseRedirect(tc.source)
		if tc.err != "" {
			if err == nil || !strings.Contains(err.Error(), tc.err) {
				t.Errorf("%q: %v, %v; want %s", tc.source, got, err, tc.err)
			}
		} else if err != nil || *got != tc.want {
			t.Errorf("%q: %+v, %v; want %+v", tc.source, got, err, tc.want)
		}
	}
}

func TestRedirectWrites(t *testing.T) {
	file := filepath.Join(t.TempDir(), "a")
	for _, tc := range []struct {
		adds       bool
		told, want string
	}{
		{false, "wrote 2 lines to ", "1\n2\n"},
		{true, "added 2 lines to ", "1\n2\n1\n2\n"},
		{false, "in place of what was there", "1\n2\n"},
	} {
		told, err := (&redirect{file: file, adds: tc.adds}).write([]byte("1\n2\n"))
		got, _ := os.ReadFile(file)
		if err != nil || !strings.Contains(told, tc.told) || string(got) != tc.want {
			t.Errorf("%q, %v: %q; want %q and %q", told, err, got, tc.told, tc.want)
		}
	}
	if info, err := os.Stat(file); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("the file: %v, %v", info.Mode(), err)
	}
}

func TestRedirectLayout(t *testing.T) {
	a := &telnet.Answer{Value: json.RawMessage(`[{"n": 1}, {"n": "\u009b"}]`), Text: "two\n"}
	for _, tc := range []struct {
		to     redirect
		asJSON bool
		want   string
	}{
		{redirect{command: "cat"}, false, "two\n"},
		{redirect{command: "cat"}, true, `[{"n":1},{"n":"\u009b"}]` + "\n"},
		{redirect{file: "a.txt"}, false, "two\n"},
		{redirect{file: "a.JSON"}, false, `[{"n":1},{"n":"\u009b"}]` + "\n"},
		{redirect{file: "a.csv"}, true, "n\n1\n" + `\u009b` + "\n"},
	} {
		var b bytes.Buffer
		if err := tc.to.layout(&b, a, tc.asJSON); err != nil || b.String() != tc.want {
			t.Errorf("%+v: %q, %v; want %q", tc.to, b.String(), err, tc.want)
		}
	}
}

// A program that ends early is no error, and a function that is taken for a program is told.
func TestRedirectRuns(t *testing.T) {
	if _, err := os.Stat("/bin/sh"); err != nil {
		t.Skip("no /bin/sh")
	}
	var out bytes.Buffer
	if err := (&redirect{command: "head -1 | tr a-z A-Z"}).run([]byte(strings.Repeat("line\n", 1<<18)), &out); err != nil || out.String() != "LINE\n" {
		t.Errorf("%q, %v", out.String(), err)
	}
	if err := (&redirect{command: "groupBy"}).run(nil, &out); err == nil || err.Error() != "groupBy is a function, and no program: write | groupBy()" {
		t.Error(err)
	}
}

// A pipe, a folder and a place in none are errors: nothing waits for a reader, and nothing is written.
func TestWritable(t *testing.T) {
	t.Chdir(t.TempDir())
	if err := os.Mkdir("folder", 0o700); err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string]string{"folder": "is a folder", "no/file": "there is no folder no", "no\x1b/file": `no\x1b`, "folder/file": ""} {
		for _, adds := range []bool{false, true} {
			if err := writeFile(name, []byte("text\n"), adds); want == "" && err != nil || want != "" && (err == nil || !strings.Contains(err.Error(), want)) {
				t.Errorf("%q: %v, want %q", name, err, want)
			}
		}
	}
	if got, err := os.ReadFile("folder/file"); string(got) != "text\ntext\n" {
		t.Errorf("the file has %q, %v", got, err)
	}
	if info, err := os.Stat("folder/file"); err != nil || runtime.GOOS != "windows" && info.Mode() != 0o600 {
		t.Errorf("%v, %v", info.Mode(), err)
	}
}

func TestAgreed(t *testing.T) {
	for said, want := range map[string]bool{"yes": true, " yes ": true, "": false, "y": false, "no": false, "yes!": false, "YES": false} {
		if agreed(said, nil) != want || agreed(said, os.ErrClosed) {
			t.Errorf("%q: %v", said, !want)
		}
	}
}

func TestParseOwn(t *testing.T) {
	for line, want := range map[string]string{
		`\wacth`: `did you mean \watch?`, `\zzzzzz`: `\? lists`, `\`: `\? lists`, `\? x`: "takes nothing", "\\\x1b": `\x1b`,
	} {
		if _, _, err := parseOwn(line); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v, want %q", line, err, want)
		}
	}
	if c, args, err := parseOwn(` \run  a b `); err != nil || c.name != `\run` || args != "a b" {
		t.Errorf("%v %q %v", c.name, args, err)
	}
}

func TestCompleteOwn(t *testing.T) {
	t.Chdir(t.TempDir())
	for _, name := range []string{"one.txt", "other", ".hidden", "a b", "x\x1b[2J"} {
		if err := os.WriteFile(name, nil, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.Mkdir("on", 0o700); err != nil {
		t.Fatal(err)
	}
	for _, tc := range []struct {
		line string
		want []string
	}{
		{`\w`, []string{`\watch`}},
		{`\run o`, []string{"on/", "one.txt", "other"}},
		{`\save `, []string{"on/", "one.txt", "other"}},
		{`\watch `, nil},
		{"cache > ./on", []string{"./on/", "./one.txt"}},
		{"cache >>ot", []string{"other"}},
		{"cache | cat on", []string{"on/", "one.txt"}},
	} {
		if _, got, ok := completeOwn(tc.line, len(tc.line)); !ok || !slices.Equal(got, tc.want) {
			t.Errorf("%q: %q, want %q", tc.line, got, tc.want)
		}
	}
	for _, line := range []string{"cache.", "a > b", "a | f("} {
		if _, got, ok := completeOwn(line, len(line)); ok {
			t.Errorf("%q: %q", line, got)
		}
	}
}

// What a server proposes sends no answer to a program or a file.
func TestProposalsAreHarmless(t *testing.T) {
	for _, tc := range []struct {
		before, after string
		want          bool
	}{
		{"ca", "cache", true},
		{"cache[", `cache["a | b"]`, true},
		{"ca", "cache | sh", false},
		{"ca", "cache > ./.bashrc", false},
		{"", `\run x`, false},
		{"1 | filter(ca)", "1 | filter(cache)", true},
		{"filter(cache.items,\n.hi", "filter(cache.items,\n.hits", true},
		{"filter(cache.items,\nx", "filter(cache.items,\nx) | sh", false},
	} {
		if got := harmless(tc.before, tc.after); got != tc.want {
			t.Errorf("%q to %q: %v", tc.before, tc.after, got)
		}
	}
}

// TestProposalsBelow: what a server proposes is judged with the lines above it.
func TestProposalsBelow(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	go func() {
		conn, err := l.Accept()
		if err != nil {
			return
		}
		defer conn.Close()
		fmt.Fprintln(conn, `{"v":1,"ok":true,"type":"session","value":"","text":"hello"}`)
		for asks := bufio.NewScanner(conn); asks.Scan(); {
			var r struct{ ID int }
			if json.Unmarshal(asks.Bytes(), &r) == nil {
				fmt.Fprintf(conn, `{"v":1,"id":%d,"ok":true,"value":[{"start":0,"text":"x) | sh"},{"start":0,"text":"xs)"}]}`+"\n", r.ID)
			}
		}
	}()
	c, err := telnet.Dial(t.Context(), l.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	r := &remote{client: c, keeper: &keeper{client: c}, prompt: &prompt{above: "filter(cache.items,\n"}}
	if got := r.Complete(t.Context(), "x", 1); len(got) != 1 || got[0].Text != "xs)" {
		t.Errorf("proposed is %v", got)
	}
}
