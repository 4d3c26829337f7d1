package telnet

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"io"
	"log/slog"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"unicode"
	"unicode/utf8"

	"github.com/sightglass-go/sightglass/eval"
	"github.com/sightglass-go/sightglass/registry"
)

// protocolServer serves the objects of docs/protocol.md.
func protocolServer(t *testing.T, network, addr string) net.Addr {
	t.Helper()
	type Item struct {
		hits  int
		price float64
	}
	type Cache struct {
		mu    sync.Mutex
		items map[string]*Item
		hits  uint64
		none  map[float64]string
		bytes []byte
		text  string
	}
	reg := registry.New()
	reg.GuardWait, reg.CallTime = patience, patience // the machine may be busy
	reg.Expose("queue", &queue{names: []string{"first", "second"}}, registry.Actions("Drop"))
	reg.Expose("cache", &Cache{
		items: map[string]*Item{"a": {hits: 5, price: 12.5}, "b": {hits: 15, price: 0.5}},
		hits:  1<<64 - 1, bytes: []byte{0xff, 0}, text: "日本 \x1b \xff",
	})
	l, err := net.Listen(network, addr)
	if err != nil {
		t.Fatal(err)
	}
	s := &Server{Registry: reg, Level: Act, Logger: slog.New(slog.NewTextHandler(io.Discard, nil))}
	ended := make(chan error)
	go func() { ended <- s.Serve(l) }()
	t.Cleanup(func() {
		s.Close()
		<-ended
	})
	return l.Addr()
}

// queue has the action of docs/protocol.md.
type queue struct {
	mu    sync.Mutex
	names []string
}

func (q *queue) Drop(name string) int {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.names = slices.DeleteFunc(slices.Clone(q.names), func(n string) bool { return n == name })
	return len(q.names)
}

// TestProtocol replays docs/protocol.md.
func TestProtocol(t *testing.T) {
	text, err := os.ReadFile("../docs/protocol.md")
	if err != nil {
		t.Fatal(err)
	}
	addr := protocolServer(t, "tcp", "127.0.0.1:0")
	conn, err := net.Dial("tcp", addr.String())
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	lines := bufio.NewScanner(conn)
	requests, begun, token := 0, false, ""
	before, after, _ := strings.Cut(string(text), "\n### Login\n")
	_, after, _ = strings.Cut(after, "\n## ")
	text = []byte(before + "\n" + after)
	for _, line := range regexp.MustCompile("(?m)^[<>] .*$").FindAllString(string(text), -1) {
		if request, ok := strings.CutPrefix(line, "> "); ok {
			requests++
			request = strings.ReplaceAll(request, "K3VZ5VJ6N2WQWJ5E3M2SJQ6YTA", token)
			if _, err := conn.Write([]byte(request + "\n")); err != nil {
				t.Fatal(err)
			}
			continue
		}
		for lines.Scan() && !begun && !strings.HasPrefix(lines.Text(), `{"v":`) {
		}
		begun = true
		if m := regexp.MustCompile(`"token":"(\w+)"`).FindStringSubmatch(lines.Text()); m != nil {
			token = m[1]
		}
		got, want := settled(lines.Text()), settled(strings.TrimPrefix(line, "< "))
		if got != want {
			t.Errorf("got  %s\nwant %s", got, want)
		}
	}
	if requests < 7 {
		t.Errorf("the document has %d requests", requests)
	}
}

// TestProtocolLogin replays the login of docs/protocol.md.
func TestProtocolLogin(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile("../docs/protocol.md")
	if err != nil {
		t.Fatal(err)
	}
	_, after, _ := strings.Cut(string(text), "\n### Login\n")
	after, _, _ = strings.Cut(after, "\n## ")
	v := serve(t, &Server{Name: "shop@web-7", Registry: registry.New(), Auth: PasswordFile(passwords(t, "ann:{correct horse}"))}, "tcp", "127.0.0.1:0")
	conn, err := net.Dial("tcp", v.addr.String())
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	lines, questions := bufio.NewScanner(conn), 0
	for _, line := range regexp.MustCompile("(?m)^[<>] .*$").FindAllString(after, -1) {
		if said, ok := strings.CutPrefix(line, "> "); ok {
			if _, err := conn.Write([]byte(said + "\n")); err != nil {
				t.Fatal(err)
			}
			continue
		}
		for questions++; lines.Scan() && !strings.HasPrefix(lines.Text(), `{"v":`); {
		}
		if got, want := settled(lines.Text()), settled(strings.TrimPrefix(line, "< ")); got != want {
			t.Errorf("got  %s\nwant %s", got, want)
		}
	}
	if questions < 5 {
		t.Errorf("the document has %d questions", questions)
	}
}

// settled returns an answer without what differs between runs.
func settled(answer string) string {
	answer = regexp.MustCompile(`"ms":[\d.]+`).ReplaceAllString(answer, `"ms":0.1`)
	answer = regexp.MustCompile(`,"left_ms":[\d.]+`).ReplaceAllString(answer, "")
	answer = regexp.MustCompile(`"bytes":\d+`).ReplaceAllString(answer, `"bytes":192`)
	answer = regexp.MustCompile(`"token":"\w+"`).ReplaceAllString(answer, `"token":"…"`)
	answer = strings.ReplaceAll(answer, "telnet.", "shop.")
	answer = regexp.MustCompile(`"entries":\d+`).ReplaceAllString(answer, `"entries":2`)
	answer = regexp.MustCompile(`"hello":{("\w+":("[^"]+"|\d+),?)+}`).ReplaceAllStringFunc(answer, func(hello string) string {
		return regexp.MustCompile(`"(program|name|host|version|go|started|pid)":("[^"]+"|\d+)`).ReplaceAllString(hello, `"$1":…`)
	})
	return regexp.MustCompile(`sightglass in [^"]*`).ReplaceAllString(answer, "sightglass in …")
}

// TestErrorCodes: the document lists the error codes in the source, and no others.
func TestErrorCodes(t *testing.T) {
	text, err := os.ReadFile("../docs/protocol.md")
	if err != nil {
		t.Fatal(err)
	}
	documented := codesOf(string(text), "Errors")
	if notes := []string{eval.RacyNote, eval.TornNote, eval.MovedNote, eval.PartedNote, eval.ChangedNote}; !slices.Equal(codesOf(string(text), "Notes"), notes) {
		t.Errorf("docs/protocol.md lists the notes %v, and there are %v", codesOf(string(text), "Notes"), notes)
	}
	used := map[string]bool{}
	for _, pattern := range []string{"../eval/*.go", "../eval/internal/*/*.go", "../internal/number/*.go", "../internal/console/reply.go", "*.go"} {
		files, err := filepath.Glob(pattern)
		if err != nil || len(files) == 0 {
			t.Fatalf("%s: %v", pattern, err)
		}
		for _, file := range files {
			if strings.HasSuffix(file, "_test.go") {
				continue
			}
			source, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			for _, m := range regexp.MustCompile(`(?:fault\.New\(|New\(|Code: *|code\w+ += |errorReply\()"(\w+)"`).FindAllStringSubmatch(string(source), -1) {
				used[m[1]] = true
			}
		}
	}
	for code := range used {
		if !slices.Contains(documented, code) {
			t.Errorf("docs/protocol.md does not list the code %s", code)
		}
	}
	for _, code := range documented {
		if !used[code] && code != "guard" && code != "ambiguous" && code != "not_allowed" && code != "redacted" {
			t.Errorf("docs/protocol.md lists the code %s, which nothing has", code)
		}
	}
}

// codesOf returns the codes in a chapter of the document.
func codesOf(text, chapter string) (codes []string) {
	_, text, _ = strings.Cut(text, "\n## "+chapter+"\n")
	text, _, _ = strings.Cut(text, "\n## ")
	for _, m := range regexp.MustCompile("(?m)^\\| `(\\w+)`").FindAllStringSubmatch(text, -1) {
		codes = append(codes, m[1])
	}
	return codes
}

// TestPythonClient runs the client in the document.
func TestPythonClient(t *testing.T) {
	t.Parallel()
	python := program("python3", t)
	source, err := os.ReadFile("../docs/client.py")
	if err != nil {
		t.Fatal(err)
	}
	if n := strings.Count(string(source), "\n"); n > 99 {
		t.Errorf("the client has %d lines, and is to be of at most 99", n)
	}
	dir, err := os.MkdirTemp("", "") // a socket's path is short
	if err != nil {
		t.Fatal(err)
	}
	defer os.RemoveAll(dir)
	for _, addr := range []net.Addr{protocolServer(t, "tcp", "127.0.0.1:0"), protocolServer(t, "unix", filepath.Join(dir, "s"))} {
		at := addr.String()
		if addr.Network() == "unix" {
			at = "unix:" + at
		}
		for _, tc := range []struct {
			asks []string
			want string
			code int
		}{
			{[]string{"cache.hits", "cache.items.a", "cache.text", "cache.bytes", "map(1..3, # * 0.5)", "x = 5", "x + 1"},
				"18446744073709551615\n{\"hits\": 5, \"price\": 12.5}\n\"日本 \\u001b �\"\n{\"…\": {\"hex\": \"ff00\"}}\n[0.5, 1, 1.5]\n5\n6\n", 0},
			{[]string{"1", "cache.hist", "2"}, "1\nno_field: cache (telnet.Cache) has no field hist at 1:7; did you mean hits?\n", 1},
			{[]string{"count(1..3, "}, "syntax: this ( is not closed at 1:6; write its other half\n", 1},
		} {
			cmd := exec.Command(python, append([]string{"-X", "utf8", "../docs/client.py", at}, tc.asks...)...)
			out, _ := cmd.CombinedOutput()
			if got := string(out); got != tc.want || cmd.ProcessState.ExitCode() != tc.code {
				t.Errorf("%q to %s: got %q and %d, want %q and %d", tc.asks, addr.Network(), got, cmd.ProcessState.ExitCode(), tc.want, tc.code)
			}
		}
	}
}

// TestPythonClientActs: the client in the document asks before an action runs.
func TestPythonClientActs(t *testing.T) {
	t.Parallel()
	python := program("python3", t)
	const script = `
import sys
sys.path.insert(0, "../docs")
from client import *
c = Client(sys.argv[1])
for agrees in False, True:
    try:
        print(c.act("queue.Drop(queue.names[0])", lambda call: print(call) or agrees))
    except Error as e:
        print(e.code)
print(c.eval("queue.names"), c.look("6 * 7"), c.eval("_"))
`
	cmd := exec.Command(python, "-B", "-c", script, protocolServer(t, "tcp", "127.0.0.1:0").String())
	out, err := cmd.CombinedOutput()
	if want := "queue.Drop(\"first\")\nconfirm\nqueue.Drop(\"first\")\n1\n['second'] 42 ['second']\n"; string(out) != want || err != nil {
		t.Errorf("got %q and %v, want %q", out, err, want)
	}
}

// In JSON mode each line of output is one object, whatever the input.
func TestProtocolIsAlwaysJSON(t *testing.T) {
	addr := protocolServer(t, "tcp", "127.0.0.1:0")
	for _, sent := range [][]string{
		{"count(cache.items", "1 +", "{", "{}", `{"id":[1],"eval":"1"}`, `{"eval":1}`, `{"eval":"1","complete":"1"}`, `{"eval":"1"} {}`, `{"eval":"1","mode":"look"}`, `{"line":"1","mode":"sample"}`, "\xfe\xc3"},
		{"help", "who", "set", "set width 3", "history", "vars", "time", "watch cache", "level", "dir", "dir cache", "json on", "json", "help nothing"},
		{strings.Repeat("x", 70_000), "1", `{"complete":"cache.","pos":99}`, `{"eval":"cache","limits":{"depth":1,"items":1,"text":1,"ms":1e300,"bytes":-5}}`},
		{`{"eval":"cache","limits":{"output":5}}`, `{"eval":"range(1,2,3,4)"}`, `{"eval":"cache.none[1.5]","id":"é\n"}`, "\"unclosed", "`raw", "/* open", "1; 2", "quit"},
	} {
		conn, err := net.Dial("tcp", addr.String())
		if err != nil {
			t.Fatal(err)
		}
		defer conn.Close()
		go func() {
			conn.Write([]byte("json on\n" + strings.Join(sent, "\n") + "\n"))
			conn.(*net.TCPConn).CloseWrite()
		}()
		lines := bufio.NewScanner(conn)
		lines.Buffer(nil, 1<<20)
		for lines.Scan() && !strings.HasPrefix(lines.Text(), `{"v":`) {
		}
		answers := 0
		for lines.Scan() {
			answers++
			var a struct {
				V     int
				OK    *bool
				Error *struct{ Code, Message string }
			}
			if err := json.Unmarshal(lines.Bytes(), &a); err != nil || a.V != 1 || a.OK == nil || *a.OK == (a.Error != nil) {
				t.Errorf("%v in %q", err, lines.Text())
			}
		}
		if answers != len(sent) {
			t.Errorf("%d answers to %d lines, the first %.40q", answers, len(sent), sent[0])
		}
	}
}

// forger has texts that look like lines of an answer, or control the terminal.
type forger struct{ text string }

const forged = "bad\n> ok\r\n\x1b[2J\u009b1A\u202edrow\x7f\xff"

func (*forger) Fail() error { return errors.New(forged) }

// TestForgedLines: texts of the application and of peers begin no line of an answer and control no
// terminal.
func TestForgedLines(t *testing.T) {
	reg := registry.New()
	reg.GuardWait, reg.CallTime = patience, patience // the machine may be busy
	reg.Expose("f", &forger{forged}, registry.Frozen(), registry.Methods("Fail"), registry.Doc("a doc"))
	reg.Func("broken", func(context.Context) any { panic(forged) })
	server, client := net.Pipe()
	s := &Server{Registry: reg, AnyUser: true}
	ended := make(chan error)
	go func() { ended <- s.ServeConn(server) }()
	go func() {
		io.WriteString(client, strings.Join([]string{
			"f.Fail()", "broken", "f.text", "f", `"" + f.text`, "no\u009bsuch\u202e", "help \u009b\u202e\x7f", "set \u202e", "watch \u202e\x7f", "dir()", "json on",
			"f.Fail()", "broken", "f.text", "f", `"" + f.text`, "no\u009bsuch\u202e", "help \u009b\u202e\x7f", "set \u202e\x7f", "watch \u202e\x7f",
			"{\"id\":\"\u202e\U000e0001\",\"eval\":\"f.Fail()\"}", "{\"\u009b\":1}", "{\u009b}", "{\"eval\":\"1 + \u202e\"}", "{\"complete\":\"f.\u202e\"}", "quit",
		}, "\n")+"\n")
	}()
	got, err := io.ReadAll(client)
	if err != nil {
		t.Fatal(err)
	}
	<-ended
	if i := strings.IndexFunc(string(got), func(r rune) bool { return r != '\n' && r != '\r' && !unicode.IsPrint(r) }); i >= 0 || !utf8.Valid(got) {
		t.Errorf("at %d of %q", i, got)
	}
	objects := 0
	for _, line := range strings.Split(string(got), "\r\n") {
		if strings.HasPrefix(line, "> ok") || strings.HasPrefix(line, "bad") {
			t.Errorf("a line is forged: %q", line)
		}
		if strings.HasPrefix(line, "{") {
			var answer struct{ ID string }
			if err := json.Unmarshal([]byte(line), &answer); err != nil {
				t.Errorf("%s: %v", line, err)
			}
			if objects++; answer.ID != "" && answer.ID != "\u202e\U000e0001" {
				t.Errorf("the id is %q", answer.ID)
			}
		}
	}
	if objects != 16 {
		t.Errorf("%d objects: %q", objects, got)
	}
}
