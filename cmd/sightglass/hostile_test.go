package main

import (
	"bufio"
	"encoding/json"
	"io"
	"net"
	"strings"
	"sync/atomic"
	"testing"
	"unicode"

	"github.com/sightglass-go/sightglass/internal/rig"
)

// evil is a text that a terminal obeys: it would set a title, clear the screen, move the cursor, and
// turn the direction of writing.
const evil = "\x1b]2;owned\x07\u009d2;owned\u009c\x1b[2J\r\b\u202e\ue000\n"

// liar serves the protocol with evil in each text of each message, until the test ends.
func liar(t *testing.T) string {
	t.Helper()
	return rig.Stranger(t, func(conn net.Conn, asks *bufio.Scanner) {
		say := func(message map[string]any) {
			b, _ := json.Marshal(message)
			conn.Write(append([]byte(`{"v":1,`), append(b[1:], '\n')...)) // which an answer begins with
		}
		cost := map[string]any{"ms": 1e5, "entries": float64(1 << 40), "bytes": -1, "waited_ms": 1e300, "left_ms": 1e300, "queued_ms": 1e300, "retries": float64(1 << 40), "torn": 1}
		say(map[string]any{"ok": true, "type": "session", "value": "", "text": evil, "hello": map[string]any{
			"program": evil, "name": evil, "host": evil, "version": evil, "go": evil, "pid": -1, "level": "act", "started": "2020-01-01T00:00:00Z",
		}})
		for asks.Scan() {
			var r struct {
				ID                            int
				Eval, Line, Complete, Confirm string
				Progress                      bool
			}
			if json.Unmarshal(asks.Bytes(), &r) != nil {
				return
			}
			if r.Progress {
				say(map[string]any{"id": r.ID, "event": "progress", "progress": map[string]any{"ms": 1e5, "entries": float64(1 << 40), "path": evil, "at": 1, "of": -1}})
				say(map[string]any{"event": evil, "text": evil})
			}
			answer := map[string]any{"id": r.ID, "ok": true, "type": evil, "name": evil, "value": evil, "text": evil, "cost": cost, "notes": []string{evil, evil}, "codes": []string{evil}, "standing": []string{evil}}
			switch {
			case r.Complete != "":
				answer["value"] = []map[string]any{
					{"start": 0, "text": "x" + evil, "kind": evil, "detail": evil}, {"start": 0, "text": "y" + evil, "kind": evil, "detail": evil},
				}
			case r.Eval == "wrong", r.Line == "help":
				answer = map[string]any{"id": r.ID, "ok": false, "error": map[string]any{"code": evil, "message": evil, "pos": []float64{1 << 40, 1 << 40}, "partial": map[string]any{"path": evil, "function": evil, "value": evil}}}
			case r.Eval == "act":
				answer = map[string]any{"id": r.ID, "ok": false, "error": map[string]any{"code": "confirm", "message": evil}, "action": map[string]any{"token": evil, "call": evil}}
			case r.Eval == "list":
				answer["value"] = []any{map[string]any{evil: evil}, map[string]any{evil: 1}}
			case r.Eval == "bye":
				say(map[string]any{"ok": false, "error": map[string]any{"code": "session", "message": evil}})
				return
			}
			say(answer)
		}
	})
}

// harmless reports whether a terminal only shows text.
func harmless(text string) bool {
	return !strings.ContainsFunc(text, func(r rune) bool { return r != '\n' && (!unicode.IsPrint(r) || r == '\u202e') })
}

// TestHostileTexts: nothing of what a server says is obeyed by the terminal, whichever message it
// stands in.
func TestHostileTexts(t *testing.T) {
	rig.Need(t, "tmux")
	promptFolders(t)
	addr := liar(t)
	s := rig.NewScreen(t, 100, 40, rig.Program(t)+" "+addr)
	const sign = `^\S.* # *\z`
	s.Await(sign)
	for _, line := range []string{"1", "wrong", "1; wrong", "help", "x = 1", "set width 60", "level look"} {
		s.Write(line)
		s.Await(`[#>] ` + line + `\z`)
		s.Keys("Enter")
		s.Await(`^\S.* [#>] *\z`)
	}
	s.Write("z")
	s.Keys("Tab", "Tab")
	s.Await(`^y\\x1b.*\n\S.* > *\z`)
	s.Keys("C-u")
	s.Await(`^\S.* [#>] *\z`)
	s.Enter("act")
	s.Await(`Type yes: *\z`)
	s.Enter("yes")
	s.Await(`^\S.* [#>] *\z`)
	s.Enter("bye")
	s.Await(`^the server ended the session: [^\0]*; connecting\s+again\n[^\0]*^connected again to [^\0]* # *\z`)
	s.Keys("C-d")
	s.Await(`^THE END$`)
	if title := s.Tmux("display-message -p '#{pane_title}'"); strings.Contains(title, "owned") {
		t.Errorf("the title of the terminal is %q", title)
	}
	// tmux reports bytes below 32 in octal. The line editor has none of these.
	for _, obeyed := range []string{`\033]`, `\007`, "\u009d", "\u009c", `\010`, "\u202e", "\ue000", `\033[2J`} {
		if strings.Contains(s.Raw(), obeyed) {
			t.Errorf("the terminal got %q", obeyed)
		}
	}
}

// TestHostileAnswers: the same for the other commands, which write into pipes and files too.
func TestHostileAnswers(t *testing.T) {
	t.Setenv("XDG_RUNTIME_DIR", t.TempDir())
	addr := liar(t)
	for _, tc := range []struct {
		args []string
		code int
	}{
		{[]string{"eval", addr, "1"}, 0},
		{[]string{"eval", addr, "--json", "1"}, 0},
		{[]string{"eval", addr, "--raw", "1"}, 0},
		{[]string{"eval", addr, "--csv", "list"}, 0},
		{[]string{"eval", addr, "--csv", "1"}, 1},
		{[]string{"eval", addr, "--check", "1"}, 1},
		{[]string{"eval", addr, "wrong"}, 1},
		{[]string{"eval", addr, "act"}, 1},
		{[]string{"eval", addr, "bye"}, 3},
		{[]string{"eval", "--targets", addr, "1"}, 0},
		{[]string{"eval", "--targets", addr, "wrong"}, 1},
		{[]string{"eval", "--targets", addr, "--json", "list"}, 0},
		{[]string{"eval", "--targets", addr, "--csv", "list"}, 0},
		{[]string{"eval", "--targets", addr, "--diff", "list"}, 0},
		{[]string{"eval", "--targets", addr, "list", "--then", "answers"}, 0},
	} {
		stdout, stderr, code := command(t, tc.args...)
		if code != tc.code {
			t.Errorf("%q: exit code %d, want %d: %q", tc.args, code, tc.code, stderr)
		}
		for _, said := range []string{stdout, stderr} {
			if !harmless(said) {
				t.Errorf("%q writes %q", tc.args, said)
			}
		}
	}
}

// TestHostileBytes: what is no message ends the prompt, or has it connect again, and is not obeyed either.
func TestHostileBytes(t *testing.T) {
	rig.Need(t, "tmux")
	promptFolders(t)
	for name, said := range map[string]string{
		"binary": "\x00\xff\xfe\x1b[2J\x9b1A\n", "no JSON": evil, "half": `{"v":1,"id":1,"ok":tr`, "wrong JSON": `{"v":1,"id":2,"ok":true,"value":` + evil + "}\n",
	} {
		t.Run(name, func(t *testing.T) {
			addr := rig.Stranger(t, func(conn net.Conn, asks *bufio.Scanner) {
				io.WriteString(conn, `{"v":1,"ok":true,"type":"session","value":"","text":"hello","hello":{"name":"x"}}`+"\n")
				asks.Scan()
				io.WriteString(conn, said)
			})
			s := rig.NewScreen(t, 100, 40, rig.Program(t)+" "+addr)
			s.Await(`^x > *\z`)
			s.Write("1")
			s.Await(`^x > 1\z`)
			s.Keys("Enter")
			s.Await(`[^\0]*\nx > *\z`)
			s.Keys("C-d")
			s.Await(`^THE END$`)
			for _, obeyed := range []string{`\033]`, `\007`, "\u009d", "\u009b", `\033[2J`, `\000`} {
				if strings.Contains(s.Raw(), obeyed) {
					t.Errorf("the terminal got %q", obeyed)
				}
			}
		})
	}
}

// TestHostileSamples: a watch draws, and writes for programs, whatever a server answers from one sample
// to the next. An endless line, which is none, has it connect again.
func TestHostileSamples(t *testing.T) {
	t.Parallel()
	rig.Need(t, "tmux")
	evils, _ := json.Marshal(evil)
	named := `{` + string(evils) + `:1,"b":"5ms","…":{"more":9223372036854775807}}`
	samples := []string{
		"1", string(evils), "1e999", "-1e308", "1" + strings.Repeat("0", 5000), `"NaN"`, `"-Inf"`, "null", "[1,2]", named, `{"bars":[],"count":1}`,
		`"2026-11-28T12:00:00Z"`, `"-2562047h47m16.854775808s"`, "true", "{}", `{"…":{"value":` + string(evils) + `}}`, "7",
	}
	weather := func(t *testing.T) string {
		var asked atomic.Int64
		return rig.Stranger(t, func(conn net.Conn, asks *bufio.Scanner) {
			io.WriteString(conn, `{"v":1,"ok":true,"type":"session","value":"","text":"hello","hello":{"name":"x"}}`+"\n")
			for asks.Scan() {
				var r struct{ ID, Eval any }
				if json.Unmarshal(asks.Bytes(), &r) != nil || r.Eval == nil {
					continue
				}
				n := int(asked.Add(1))
				said := samples[(n-1)%len(samples)]
				if n == 5 { // once
					for b := []byte(strings.Repeat("x", 1<<20)); ; {
						if _, err := conn.Write(b); err != nil {
							return
						}
					}
				}
				text, _ := json.Marshal(evil + "█")
				id, _ := json.Marshal(r.ID)
				io.WriteString(conn, `{"v":1,"id":`+string(id)+`,"ok":true,"type":"T","value":`+said+`,"text":`+string(text)+`,"cost":{"ms":1e300}}`+"\n")
			}
		})
	}
	for _, args := range [][]string{{"--csv"}, {"--json"}, {"--csv", "--rate"}, {"--csv", "--until=2"}} {
		t.Run(strings.Join(args, " "), func(t *testing.T) {
			t.Parallel()
			stdout, stderr, code := command(t, append([]string{"watch", weather(t), "1", "--every=100ms", "--count=19", "--svg=" + t.TempDir() + "/picture.svg"}, args...)...)
			if args[len(args)-1] == "--until=2" { // which is asked second, and is a string
				if code != exitError || strings.Count(stdout, "\n") != 2 {
					t.Errorf("exit code %d: %q, %q", code, stdout, stderr)
				}
			} else if code != exitOK || strings.Count(stdout, "\n") < 19 || !strings.Contains(stderr, "connected again") {
				t.Errorf("exit code %d: %q, %q", code, stdout, stderr)
			}
			if !harmless(stdout) || !harmless(stderr) {
				t.Errorf("it writes %q and %q", stdout, stderr)
			}
		})
	}
	s := rig.NewScreen(t, 60, 20, rig.Program(t)+" watch "+weather(t)+" 1 --every 100ms --count 19")
	s.Await(`^THE END$`)
	for _, obeyed := range []string{`\033]`, `\007`, "\u009d", "\u009c", `\010`, "\u202e", "\ue000", `\033[2J`} {
		if strings.Contains(s.Raw(), obeyed) {
			t.Errorf("the terminal got %q", obeyed)
		}
	}
}
