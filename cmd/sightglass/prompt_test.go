package main

import (
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/sightglass-go/sightglass/internal/rig"
	"github.com/sightglass-go/sightglass/registry"
	"github.com/sightglass-go/sightglass/telnet"
)

// promptFolders has the prompt keep its history, and servers announce themselves, in folders of the
// test. It returns the file of the history.
func promptFolders(t *testing.T) string {
	t.Helper()
	t.Setenv("XDG_RUNTIME_DIR", t.TempDir())
	state := t.TempDir()
	t.Setenv("XDG_STATE_HOME", state)
	return filepath.Join(state, "sightglass", "history")
}

func TestPrompt(t *testing.T) {
	rig.Need(t, "tmux")
	promptFolders(t)
	rig.RunDemo(t, "--listen", "127.0.0.1:0")
	s := rig.NewScreen(t, 110, 60, rig.Program(t))
	s.Await(`^sightglass in shop .* on \S+, pid \d+, up `)
	tour(t, s)
}

// What is typed in one prompt is there in the next, but for secrets and what the user is asked.
func TestPromptRemembers(t *testing.T) {
	rig.Need(t, "tmux")
	file := promptFolders(t)
	d := rig.RunDemo(t, "--listen", "127.0.0.1:0")
	open := func() *rig.Screen {
		s := rig.NewScreen(t, 110, 60, rig.Program(t)+" "+d.Addr)
		s.Await(ready)
		return s
	}
	first := open()
	for _, line := range []string{"1 + 1", `"tea" + "pot"`, `password == "open sesame"`, "20 + 22"} {
		first.Enter(line)
		first.Await(`\S` + "\n" + ready)
		first.Clear()
	}
	first.Keys("C-d")
	first.Await(`^THE END$`)
	kept, err := os.ReadFile(file)
	if err != nil || string(kept) != "1 + 1\n\"tea\" + \"pot\"\n20 + 22\n" {
		t.Errorf("the history is %q, %v", kept, err)
	}
	for name, want := range map[string]os.FileMode{file: 0o600, filepath.Dir(file): 0o700} {
		if info, err := os.Stat(name); err != nil || info.Mode().Perm() != want {
			t.Errorf("%s: %v, %v", name, info, err)
		}
	}
	second := open()
	second.Keys("Up", "Up")
	second.Await(`> "tea" \+ "pot"\z`)
	second.Keys("C-u")
	second.Await(ready)
	second.Keys("C-r")
	second.Write("1 +")
	second.Await("^\\(reverse-i-search\\)`1 \\+': 1 \\+ 1")
	second.Keys("Enter")
	second.Await(`^2( .*)?\n` + ready)
	second.Keys("C-d")
	second.Await(`^THE END$`)
}

// help keys tells what the keys do at this prompt, whose editor is not telnet's.
func TestPromptKeys(t *testing.T) {
	rig.Need(t, "tmux")
	promptFolders(t)
	addr, _ := startDepot(t, "127.0.0.1:0")
	s := rig.NewScreen(t, 100, 40, rig.Program(t)+" "+addr)
	s.Await(at)
	s.Enter("help")
	help := s.Await(`^Commands\n[^\0]*^This prompt\n[^\0]*` + at)[0]
	if regexp.MustCompile(`(?m)^  (json|history)`).MatchString(help) {
		t.Errorf("help lists what is not for this prompt:\n%s", help)
	}
	s.Keys("C-l")
	s.Enter("help keys")
	help = s.Await(`^  Tab +complete[^\0]*` + at)[0]
	if strings.Contains(help, "begin a new line") {
		t.Errorf("help keys is about telnet:\n%s", help)
	}
	for _, line := range []string{"10 + 1", "20 + 2", "10 + 3"} {
		s.Enter(line)
		s.Await(`\+ ` + line[5:] + `\n\d+\n` + at)
	}
	for _, tc := range []struct {
		said string // in help keys
		line string
		keys string
		want string
	}{
		{"Tab", "depot.it", "Tab", "depot.items"},
		{"Up", "10", "Up Up", "10 + 1"},
		{"Down", "10", "Up Up Down", "10 + 3"},
		{"^P", "", "C-p C-p", "20 + 2"},
		{"^N", "", "C-p C-p C-n", "10 + 3"},
		{"^R", "", "C-r 1 0 C-r C-e", "10 + 1"},
		{"^S", "", "C-r 1 0 C-r C-s C-e", "10 + 3"},
		{"^G", "x", "C-r 1 0 C-g", "x"},
		{"Left", "ab", "Left x", "axb"},
		{"Right", "ab", "Left Left Right x", "axb"},
		{"Home", "ab", "Home x", "xab"},
		{"End", "ab", "Home End x", "abx"},
		{"^B", "ab", "C-b x", "axb"},
		{"^F", "ab", "C-b C-b C-f x", "axb"},
		{"^A", "ab", "C-a x", "xab"},
		{"^E", "ab", "C-a C-e x", "abx"},
		{"Alt-b", "one two", "M-b x", "one xtwo"},
		{"Alt-f", "one two", "C-a M-f x", "onex two"},
		{"Control-arrow", "one two", "C-Left C-Left C-Right x", "onex two"},
		{"Backspace", "abc", "BSpace", "ab"},
		{"Delete", "abc", "Left DC", "ab"},
		{"^D", "abc", "C-b C-d", "ab"},
		{"^H", "abc", "C-h", "ab"},
		{"^W", "one two", "C-w", "one"},
		{"^U", "one two", "M-b C-u", "two"},
		{"^K", "one two", "M-b C-k", "one"},
		{"Alt-d", "one two", "C-a M-d", " two"},
		{"^Y", "one two", "C-w C-y", "one two"},
		{"Alt-y", "one two", "C-a C-k C-y C-w C-y M-y", "one one two"},
		{"^T", "abc", "C-b C-t", "acb"},
		{"^L", "abc", "C-l", "abc"},
		{"^C", "abc", "C-c", ""},
	} {
		if !strings.Contains(help, tc.said) {
			t.Errorf("help keys does not name %s", tc.said)
		}
		s.Write(tc.line)
		s.Keys(strings.Fields(tc.keys)...)
		s.Await(`^depot@web-7 > *` + regexp.QuoteMeta(tc.want) + ` *\z`)
		s.Keys("C-e", "C-u", "C-l")
		s.Await(`\A` + at[1:])
	}
	s.Keys("Tab", "Tab") // which names all functions, and asks nothing
	s.Await(`… \d+ more *\n[^\0]*` + at)
	if text := s.Text(); regexp.MustCompile(`(?m)\b(json|history)( |$)`).MatchString(text) {
		t.Errorf("Tab proposes what is not for this prompt:\n%s", text)
	}
	s.Keys("C-d")
	s.Await(`^THE END$`)
}

// pump has an action.
type pump struct{ Drops []int }

func (p *pump) Drop(n int) int { p.Drops = append(p.Drops, n); return len(p.Drops) }

// An action runs after yes only, and not at all once the session has given that up.
func TestPromptActs(t *testing.T) {
	rig.Need(t, "tmux")
	file := promptFolders(t)
	reg := registry.New()
	reg.GuardWait, reg.CallTime = rig.Patience, rig.Patience
	p := new(pump)
	reg.Expose("pump", p, registry.Frozen(), registry.Actions("Drop"))
	addr := rig.Start(t, "tcp", "127.0.0.1:0", &telnet.Server{Registry: reg, Name: "pump", Level: telnet.Act, Logger: slog.New(slog.NewTextHandler(io.Discard, nil))})
	s := rig.NewScreen(t, 110, 30, rig.Program(t)+" "+addr.String())
	const sign = `^pump\S* # *\z`
	s.Await(sign)
	for _, answer := range []string{"no", "yes", "C-c"} {
		s.Enter("pump.Drop(5)")
		s.Await(`^pump\.Drop\(5\) changes the program\.\nRun it\? Type yes: *\z`)
		want := `^it was not confirmed\n`
		switch answer {
		case "C-c":
			// The prompt is shown before it takes keys: Ctrl-C in between is a signal.
			s.Keys("y")
			s.Await(`Type yes: y *\z`)
			s.Keys(answer)
		case "yes":
			want = `^1\n`
			fallthrough
		default:
			s.Enter(answer)
		}
		s.Await(want + sign)
		s.Keys("C-l")
		s.Await(`\Apump\S* # *\z`)
	}
	s.Enter("level look")
	s.Await(`^pump\S* > *\z`)
	s.Enter("pump.Drop(6)")
	s.Await(`level look[^\0]*^pump\S* > *\z`)
	s.Keys("C-d")
	s.Await(`^THE END$`)
	if len(p.Drops) != 1 || p.Drops[0] != 5 {
		t.Errorf("the action ran with %v", p.Drops)
	}
	if kept, err := os.ReadFile(file); err != nil || strings.Contains(string(kept), "yes") {
		t.Errorf("the history is %q, %v", kept, err)
	}
}

// What a terminal would obey is shown, and a line with an open bracket goes on.
func TestPromptShowsEscapes(t *testing.T) {
	rig.Need(t, "tmux")
	promptFolders(t)
	reg := registry.New()
	reg.GuardWait, reg.CallTime = rig.Patience, rig.Patience
	reg.Expose("shop", &scripted{evil: "a\x1b[2J\u009b1A\u202e"}, registry.Frozen())
	addr := rig.Start(t, "tcp", "127.0.0.1:0", &telnet.Server{Registry: reg, Name: "shop\x1b[2J@web-7"})
	s := rig.NewScreen(t, 110, 30, rig.Program(t)+" "+addr.String())
	const sign = `^shop\S* > *\z`
	s.Await(sign)
	s.Enter("shop.evil")
	s.Await(`^"a\\x1b\[2J\\u009b1A\\u202e"\n` + sign)
	s.Enter("1; 2 +")
	s.Await(`^1\n[\s\S]*\^`)
	s.Enter("[1,")
	s.Await(`^\. *\z`)
	s.Enter("2]")
	s.Await(`^\[1, 2\]\n` + sign)
	s.Enter("quit")
	s.Await(`^THE END$`)
}
