package main

import (
	"io"
	"log/slog"
	"os"
	"path/filepath"
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
