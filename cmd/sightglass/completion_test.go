package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/sightglass-go/sightglass/internal/rig"
)

// TestCompletion has bash complete lines as its Tab does, and the other shells read their scripts.
func TestCompletion(t *testing.T) {
	rig.Need(t, "bash", "tmux")
	t.Setenv("XDG_RUNTIME_DIR", t.TempDir())
	d := rig.RunDemo(t, "--listen", "127.0.0.1:0")
	pid := strconv.Itoa(d.Cmd.Process.Pid)
	t.Setenv("PATH", filepath.Dir(rig.Program(t))+string(os.PathListSeparator)+os.Getenv("PATH"))
	for line, want := range map[string][]string{
		"sightglass ev":              {"eval"},
		"sightglass eval sh":         {"shop"},
		"sightglass sh":              {"shop"},
		"sightglass eval ":           {"shop", pid},
		"sightglass eval --tar":      {"--targets", "--targets-file", "--targets-srv"},
		"sightglass eval shop --raw": {"--raw"},
		"sightglass list --":         {"--help", "--json", "--quiet"},
		"sightglass completion ":     {"bash", "fish", "zsh"},
	} {
		c := exec.Command(rig.Program(t), "sightglass", "", "sightglass") // as bash calls it
		c.Env = append(os.Environ(), "COMP_LINE="+line, "COMP_POINT="+strconv.Itoa(len(line)))
		out, err := c.Output()
		got := strings.Fields(string(out))
		slices.Sort(got)
		slices.Sort(want)
		if err != nil || !slices.Equal(slices.Compact(got), want) {
			t.Errorf("%q: %v\n got %q\nwant %q", line, err, got, want)
		}
	}

	s := rig.NewScreen(t, 110, 60, "PS1='shell: ' bash --norc -i")
	s.Await(`^shell: *\z`)
	s.Enter("source <(sightglass completion bash)")
	s.Await(`bash\)\nshell: *\z`)
	s.Write("sightglass ev")
	s.Keys("Tab")
	s.Await(`^shell: sightglass eval *\z`)
	s.Write("sh")
	s.Keys("Tab")
	s.Await(`^shell: sightglass eval shop *\z`)
	s.Write(" '6*7'")
	s.Keys("Enter")
	s.Await(`^42\n`)
	s.Enter("exit")
	s.Await(`^THE END`)

	for shell := range completions {
		if _, err := exec.LookPath(shell); err != nil {
			continue // bash is the one that must be there
		}
		script, err := exec.Command(rig.Program(t), "completion", shell).Output()
		if err != nil {
			t.Fatal(err)
		}
		if shell == "zsh" {
			script = append([]byte("autoload -U compinit && compinit -D -u\n"), script...)
		}
		if out, err := exec.Command(shell, "-c", string(script)).CombinedOutput(); err != nil || len(out) > 0 {
			t.Errorf("%s: %v\n%s", shell, err, out)
		}
	}
}
