package main

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"testing"

	"github.com/sightglass-go/sightglass/internal/rig"
)

// The ssh and the kubectl of docs/client.md lead to the demo.
const (
	manualSSH = `#!/bin/sh
while [ "$1" != -- ]; do
	[ "$1" != -L ] || socket=${2%%:*}
	shift
done
shift 2
[ -n "$socket" ] || exec "$@"
exec socat "UNIX-LISTEN:$socket,fork" "TCP:$DEMO"
`
	manualKubectl = `#!/bin/sh
case $1 in
get) echo pod/shop-1; echo pod/shop-2 ;;
port-forward) echo "Forwarding from $DEMO -> 3000"; exec sleep 60 ;;
exec) shift 4; exec env -i TMPDIR="$IMAGE" "$IMAGE/shop" "$@" ;;
esac
`
)

// manualDemo runs the demo on which command lines of the manual are tried, in the folder dir.
func manualDemo(t *testing.T) (dir string, d *rig.Demo) {
	t.Helper()
	rig.Need(t, "bash", "socat")
	dir = t.TempDir()
	t.Setenv("XDG_RUNTIME_DIR", dir)
	t.Setenv("XDG_STATE_HOME", dir)
	t.Setenv("PATH", filepath.Dir(rig.Program(t))+string(os.PathListSeparator)+os.Getenv("PATH"))
	d = rig.RunDemo(t, "--listen", "127.0.0.1:0")
	t.Setenv("DEMO", d.Addr)
	pathWith(t, "ssh", manualSSH)
	pathWith(t, "kubectl", manualKubectl)
	return dir, d
}

// TestHelpExamples runs the examples of the commands that only look. Each is answered, and ends.
func TestHelpExamples(t *testing.T) {
	rig.Need(t, "jq")
	dir, d := manualDemo(t)
	if err := os.WriteFile(filepath.Join(dir, "question.txt"), []byte("config"), 0o600); err != nil {
		t.Fatal(err)
	}
	here := strings.NewReplacer("localhost:3000", d.Addr, "unix:/run/shop.sock", d.Addr, "a:3000,b:3000", d.Addr, "4242", strconv.Itoa(d.Cmd.Process.Pid),
		"sightglass watch ", "sightglass watch --count 2 ")
	for name, least := range map[string]int{"eval": 7, "watch": 5, "list": 2} {
		help, said, code := command(t, "help", name)
		if code != exitOK {
			t.Fatal(said)
		}
		_, help, _ = strings.Cut(help, "Examples:\n\n")
		help, _, _ = strings.Cut(help, "\n\n")
		examples := strings.Split(help, "\n")
		if len(examples) < least {
			t.Errorf("%s has the examples %q", name, examples)
		}
		var all sync.WaitGroup // those of watch take seconds
		for _, line := range examples {
			all.Go(func() {
				c := exec.Command("bash", "-o", "pipefail", "-c", here.Replace(strings.TrimSpace(line)))
				c.Dir = dir
				if out, err := c.CombinedOutput(); err != nil {
					t.Errorf("%s: %v\n%s", strings.TrimSpace(line), err, out)
				}
			})
		}
		all.Wait()
	}
}

// TestManual runs the command lines and the program of docs/client.md.
func TestManual(t *testing.T) {
	rig.Need(t, "jq")
	dir, d := manualDemo(t)
	addrs := []string{"localhost:3000", d.Addr}
	for i, w := range windows(t, 50, 50, 100) {
		addrs = append(addrs, fmt.Sprintf("localhost:%d", 3001+i), w.addr)
	}
	here := strings.NewReplacer(addrs...)
	image := t.TempDir()
	t.Setenv("IMAGE", image)
	commands := 0
	for _, b := range rig.Blocks(t, "docs/client.md") {
		source := here.Replace(b.Text)
		switch b.Lang {
		case "go":
			if strings.Contains(source, "client.Main") {
				serveImage(t, image, rig.Build(t, "shop", strings.ReplaceAll(b.Text, "localhost:3000", "127.0.0.1:0")))
				continue
			}
			out, err := exec.Command(rig.Build(t, "client", source)).CombinedOutput()
			if err != nil || !rig.Matches(string(out), "this is shop\n... entries\nno_field at 1 7\n... <nil>\n") {
				t.Errorf("%v: %v\n%s", b, err, out)
			}
		case "console":
			for _, part := range strings.Split("\n"+source, "\n$ ")[1:] {
				commands++
				line, want, _ := strings.Cut(part, "\n")
				c := exec.Command("bash", "-c", line)
				c.Dir = dir
				out, _ := c.CombinedOutput()
				if got := strings.TrimSuffix(string(out), "\n"); !rig.Matches(got, strings.TrimSuffix(want, "\n")) {
					t.Errorf("%v: %s\ngot  %s\nwant %s", b, line, got, want)
				}
			}
		case "text": // TestPlot in client draws it
			if !strings.Contains(rig.Read(t, "client/testdata/plot.txt"), b.Text) {
				t.Errorf("%v: client/testdata/plot.txt has another picture", b)
			}
		case "session":
			typedSession(t, b)
		default:
			t.Errorf("%v: nothing tests a block of %q", b, b.Lang)
		}
	}
	if commands < 10 {
		t.Errorf("docs/client.md has %d command lines", commands)
	}
}

// serveImage runs a program as in an image that has nothing else: there is neither an environment nor a
// program besides, and only image can be written.
func serveImage(t *testing.T, image, program string) {
	t.Helper()
	shop := filepath.Join(image, "shop")
	if err := os.Rename(program, shop); err != nil {
		t.Fatal(err)
	}
	c := exec.Command(shop)
	c.Dir, c.Env = image, []string{"TMPDIR=" + image}
	if err := c.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		c.Process.Kill()
		c.Wait()
	})
	for !listed(t, shop, image) {
	}
}

// listed reports whether the program in an image lists itself.
func listed(t *testing.T, shop, image string) bool {
	t.Helper()
	c := exec.Command(shop, "sightglass", "list")
	c.Dir, c.Env = image, []string{"TMPDIR=" + image}
	out, err := c.CombinedOutput()
	if err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	return strings.Contains(string(out), "shop")
}

// typedSession types what stands behind the prompts of a block, and compares the screen.
func typedSession(t *testing.T, b rig.Block) {
	rig.Need(t, "tmux")
	lines := strings.Split(strings.TrimSuffix(b.Text, "\n"), "\n")
	s := rig.NewScreen(t, 110, 60, "cd "+t.TempDir()+" && "+strings.TrimPrefix(lines[0], "$ "))
	s.Await(ready)
	for _, line := range lines[1:] {
		if more, ok := strings.CutPrefix(line, ". "); ok {
			s.Await(`^\. *\z`)
			s.Enter(more)
		} else if _, typed, ok := strings.Cut(line, " > "); ok && strings.HasPrefix(line, "shop@") {
			s.Await(ready)
			s.Enter(typed)
			s.Await(` > ` + regexp.QuoteMeta(typed) + `$`) // or the prompt before it would be taken for the next one
		}
	}
	s.Await("^" + regexp.QuoteMeta(lines[len(lines)-1]) + "\n" + ready)
	text := s.Text()
	if got := text[:strings.LastIndex(text, "\n")]; !rig.Matches(got, strings.Join(lines[1:], "\n")) {
		t.Errorf("%v: the screen shows\n%s", b, got)
	}
}
