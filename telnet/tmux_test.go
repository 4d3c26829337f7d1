package telnet

import (
	"bufio"
	"fmt"
	"io"
	"net"
	"os/exec"
	"strings"
	"testing"
	"time"
)

// tmux is a terminal with a program in it. It is spoken to in tmux's control mode, which tells
// when there is something new on the screen.
type tmux struct {
	t     *testing.T
	in    io.Writer
	lines *bufio.Scanner
}

func newTmux(t *testing.T, columns, rows int, program ...string) *tmux {
	t.Helper()
	args := []string{"-L", fmt.Sprint("sightglass-", time.Now().UnixNano()), "-f", "/dev/null", "-C",
		"new-session", "-x", fmt.Sprint(columns), "-y", fmt.Sprint(rows), strings.Join(program, " ") + "; read left"}
	cmd := exec.Command("tmux", args...)
	cmd.Env = []string{"TERM=xterm", "LC_ALL=C.UTF-8", "PATH=/usr/bin:/bin", "SHELL=/bin/sh"}
	in, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	late := time.AfterFunc(patience, func() { cmd.Process.Kill() })
	t.Cleanup(func() {
		fmt.Fprintln(in, "kill-server")
		in.Close()
		cmd.Wait()
		late.Stop()
	})
	return &tmux{t, in, bufio.NewScanner(out)}
}

// do runs a command of tmux and returns what it prints.
func (x *tmux) do(format string, args ...any) string {
	x.t.Helper()
	const marker = "end-of-this-command"
	fmt.Fprintf(x.in, format+"\ndisplay-message -p "+marker+"\n", args...)
	var got []string
	for x.lines.Scan() {
		switch line := x.lines.Text(); {
		case line == marker:
			return strings.Join(got, "\n")
		case !strings.HasPrefix(line, "%"):
			got = append(got, line)
		}
	}
	x.t.Fatalf("the terminal is gone after %q", got)
	return ""
}

// keys types what tmux calls by these names.
func (x *tmux) keys(names string) {
	x.t.Helper()
	x.do("send-keys %s", names)
}

// until waits until the screen shows text, and returns all of it.
func (x *tmux) until(text string) string {
	x.t.Helper()
	for {
		screen := strings.TrimRight(x.do("capture-pane -p"), "\n")
		if strings.Contains(screen, text) {
			return screen
		}
		for changed := false; !changed; changed = strings.HasPrefix(x.lines.Text(), "%output") {
			if !x.lines.Scan() {
				x.t.Fatalf("the screen shows\n%s\nwant %q", screen, text)
			}
		}
	}
}

func TestInetutilsTelnet(t *testing.T) {
	program("tmux", t)
	s := serve(t, &Server{}, "tcp", "127.0.0.1:0")
	host, port, _ := net.SplitHostPort(s.addr.String())
	x := newTmux(t, 60, 20, program("telnet", t), host, port)
	x.until("dir().\n>")
	for _, step := range []struct{ keys, screen string }{
		{`"two" Left Left Left "one " Enter`, "> one two\none two\n>"},
		{`"x" Enter Up Up`, "> x\nx\n> one two"},
		{`Home C-k "c" Tab`, "\n> completed"},
		{`C-u "wait" Enter`, "\n> wait"},
	} {
		x.keys(step.keys)
		x.until(step.screen)
	}
	for line := range s.began {
		if line == "wait" {
			break
		}
	}
	x.keys("C-c")
	x.until("> wait\ncancelled\n>")
	x.keys(`"日本" Left "é" Enter`)
	x.until("> 日é本\n日é本\n>")
	x.keys(`"` + strings.Repeat("0123456789", 7) + `" C-a "x" Enter`)
	x.until("> x" + strings.Repeat("0123456789", 7)[:57] + "\n7890123456789\nx01234")
	x.do("resize-window -x 40 -y 20")
	x.keys(`"` + strings.Repeat("0123456789", 4) + `"`)
	x.until("> 01234567890123456789012345678901234567\n89")
	x.keys("C-c C-d")
	screen := x.until("Connection closed")
	if !strings.Contains(screen, "89^C\n> bye\nConnection closed by foreign host.") {
		t.Errorf("the screen shows\n%s", screen)
	}
}
