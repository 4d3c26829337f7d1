package main

import (
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/sightglass-go/sightglass/internal/rig"
)

// inPath puts sightglass into the PATH of a test, which lists its own processes only.
func inPath(t *testing.T) {
	t.Helper()
	t.Setenv("XDG_RUNTIME_DIR", t.TempDir())
	t.Setenv("PATH", filepath.Dir(rig.Program(t))+string(os.PathListSeparator)+os.Getenv("PATH"))
}

// listedDemo runs a demo, and returns its pid once it is listed, which it is before it accepts connections.
func listedDemo(t *testing.T) (pid string) {
	t.Helper()
	d := rig.RunDemo(t, "--listen", "127.0.0.1:0")
	rig.Connect(t, "tcp", d.Addr)
	return strconv.Itoa(d.Cmd.Process.Pid)
}

// TestCompletion asks how lines go on, as the shells do.
func TestCompletion(t *testing.T) {
	inPath(t)
	pid := listedDemo(t)
	for _, tc := range []struct {
		line, word string // what the shell replaces
		want       []string
	}{
		{"sightglass ev", "ev", []string{"eval"}},
		{"sightglass eval sh", "sh", []string{"shop"}},
		{"sightglass sh", "sh", []string{"shop"}},
		{"sightglass eval ", "", []string{"shop", pid}},
		{"sightglass eval --timeout 5s --json sh", "sh", []string{"shop"}},
		{"sightglass eval shop ", "", nil},
		{"sightglass eval --tar", "--tar", []string{"--targets", "--targets-file", "--targets-srv"}},
		{"sightglass eval --targets=sh", "sh", []string{"shop"}},
		{"sightglass eval --targets=sh", "--targets=sh", []string{"--targets=shop"}},
		{"sightglass eval --targets a,b,sh", "a,b,sh", []string{"a,b,shop"}},
		{"sightglass eval s@sh", "sh", nil},
		{"sightglass eval --targets-file ", "", nil},
		{"sightglass eval shop --raw", "--raw", []string{"--raw"}},
		{"sightglass list --", "--", []string{"--help", "--json", "--quiet"}},
		{"sightglass completion ", "", []string{"bash", "fish", "zsh"}},
	} {
		c := exec.Command(rig.Program(t), "sightglass", tc.word, "eval")
		c.Env = append(os.Environ(), "COMP_LINE="+tc.line, "COMP_POINT="+strconv.Itoa(len(tc.line)))
		out, err := c.Output()
		got := strings.Fields(string(out))
		slices.Sort(got)
		slices.Sort(tc.want)
		if err != nil || !slices.Equal(slices.Compact(got), tc.want) {
			t.Errorf("%q: %v\n got %q\nwant %q", tc.line, err, got, tc.want)
		}
	}
}

// shells are how a terminal runs shells without the user's configuration, and what has them complete.
var shells = map[string]struct{ run, source string }{
	"bash": {"bash --norc -i", "source <(sightglass completion bash)"},
	"zsh":  {"zsh -f -i", "autoload -U compinit && compinit -D -u && source <(sightglass completion zsh)"},
	"fish": {"fish --no-config -i -C 'function fish_prompt; echo -n shell:; end; set fish_greeting'", "sightglass completion fish | source"},
}

// hostileFile is a name that a shell must quote.
const hostileFile = "quote $(touch pwned) me.txt"

// completingIn returns a terminal in which a shell waits for a line. Its folder has one file,
// hostileFile.
func completingIn(t *testing.T, shell string) *rig.Screen {
	t.Helper()
	rig.Need(t, shell, "tmux")
	t.Setenv("HOME", t.TempDir())
	t.Chdir(t.TempDir())
	if err := os.WriteFile(hostileFile, []byte("6 * 7"), 0o600); err != nil {
		t.Fatal(err)
	}
	s := rig.NewScreen(t, 110, 60, "PS1=shell: "+shells[shell].run)
	s.Await(`^shell: *\z`)
	s.Enter(shells[shell].source)
	s.Await(`(bash\)|zsh\)|source)\nshell: *\z`)
	return s
}

// TestShells presses Tab in real shells.
func TestShells(t *testing.T) {
	for shell := range shells {
		t.Run(shell, func(t *testing.T) {
			inPath(t)
			listedDemo(t)
			s := completingIn(t, shell)
			s.Write("sightglass ev")
			s.Keys("Tab")
			s.Await(`^shell:sightglass eval *\z`)
			s.Write("sh")
			s.Keys("Tab")
			s.Await(`^shell:sightglass eval shop *\z`)
			s.Write("--json ")
			s.Await(`--json *\z`)
			s.Write("< quo")
			s.Keys("Tab")
			s.Await(`me\.txt\S? *\z`)
			s.Keys("Enter")
			s.Await(`^42\n`)
			s.Await(`^shell: *\z`)
			s.Write("sightglass eval --targets=sh")
			s.Keys("Tab")
			s.Await(`--targets=shop *\z`)
			s.Write(" 42")
			s.Keys("Enter")
			s.Await(`^shop +42\n`)
			s.Await(`^shell: *\z`)
			s.Enter("exit")
			s.Await(`^THE END`)
			if _, err := os.Stat("pwned"); err == nil {
				t.Error("the shell has run what the name of a file says")
			}
		})
	}
}

// rename changes the name of the only process of list.
func rename(t *testing.T, name string) {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(os.Getenv("XDG_RUNTIME_DIR"), "sightglass", "*.json"))
	if err != nil || len(files) != 1 {
		t.Fatalf("the processes are %q, %v", files, err)
	}
	b, err := os.ReadFile(files[0])
	if err != nil {
		t.Fatal(err)
	}
	var process map[string]any
	if err := json.Unmarshal(b, &process); err != nil {
		t.Fatal(err)
	}
	process["name"] = name
	if b, err = json.Marshal(process); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(files[0], b, 0o600); err != nil {
		t.Fatal(err)
	}
}

// hostileNames are what no shell is told of.
var hostileNames = []string{"$(touch pwned)", "`touch pwned`", "a;touch pwned", "a\ntouch pwned", "'x", `"x`, "a b", "a|b", "-h", "~", "a\x1b]2;owned\x07", "a\\"}

// TestNamesForShells asks what TestHostileNames presses Tab for.
func TestNamesForShells(t *testing.T) {
	inPath(t)
	pid := listedDemo(t)
	for _, name := range append(hostileNames, "shop-1.eu@web_7") {
		rename(t, name)
		want := pid + "\n"
		if name == "shop-1.eu@web_7" {
			want = name + "\n" + want
		}
		c := exec.Command(rig.Program(t), "sightglass", "", "eval")
		c.Env = append(os.Environ(), "COMP_LINE=sightglass eval ", "COMP_POINT=16")
		if out, err := c.Output(); err != nil || string(out) != want {
			t.Errorf("%q: %q, %v, want %q", name, out, err, want)
		}
	}
}

// TestHostileNames has processes whose names shells would run or split. No shell is told of them; the
// pid stands for them.
func TestHostileNames(t *testing.T) {
	for shell := range shells {
		t.Run(shell, func(t *testing.T) {
			inPath(t)
			pid := listedDemo(t)
			s := completingIn(t, shell)
			for _, name := range hostileNames {
				rename(t, name)
				s.Keys("C-l")
				s.Await(`\Ashell: *\z`)
				if shell == "fish" { // Tab proposes files too
					s.Enter(`complete -C "sightglass eval "`)
					s.Await(`"\n` + pid + `\n\Q` + hostileFile + `\E\nshell: *\z`)
					continue
				}
				s.Write("sightglass eval ")
				s.Keys("Tab")
				s.Await(`^shell:sightglass eval ` + pid + ` *\z`)
				s.Keys("C-u")
				s.Await(`^shell: *\z`)
			}
			if _, err := os.Stat("pwned"); err == nil {
				t.Error("the shell has run the name of a process")
			}
		})
	}
}
