package rig

import (
	"bufio"
	"fmt"
	"io"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"
)

// Screen is a terminal for a real client to run in: one of tmux in control mode, which reports each
// change of the screen.
type Screen struct {
	t       *testing.T
	in      io.Writer      // commands for tmux
	out     *bufio.Scanner // their output, and reports
	changed bool           // the screen, since Await last read it
	raw     strings.Builder
}

// NewScreen returns a terminal of the given size, in which the shell runs command.
func NewScreen(t *testing.T, columns, rows int, command string) *Screen {
	t.Helper()
	Need(t, "tmux")
	cmd := exec.Command("tmux", "-u", "-S", filepath.Join(t.TempDir(), "s"), "-f", "/dev/null", "-C",
		"new-session", "-x", fmt.Sprint(columns), "-y", fmt.Sprint(rows), "trap : INT; "+command+"; echo; echo THE END; cat",
		";", "set", "destroy-unattached", "on") // so that what runs in it ends with the test, however that ends
	cmd.Env = append(cmd.Environ(), "TERM=xterm", "LC_ALL=C.UTF-8", "SHELL=/bin/sh")
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
	late := time.AfterFunc(2*Patience, func() { cmd.Process.Kill() })
	t.Cleanup(func() {
		fmt.Fprintln(in, "kill-server")
		in.Close()
		cmd.Wait()
		late.Stop()
	})
	return &Screen{t: t, in: in, out: bufio.NewScanner(out)}
}

// Tmux runs a tmux command and returns its output.
func (s *Screen) Tmux(format string, args ...any) string {
	s.t.Helper()
	const marker = "end-of-this-command"
	fmt.Fprintf(s.in, format+"\ndisplay-message -p "+marker+"\n", args...)
	var got []string
	for s.out.Scan() {
		switch line := s.out.Text(); {
		case line == marker:
			return strings.Join(got, "\n")
		case strings.HasPrefix(line, "%output "):
			s.report(line)
		case !strings.HasPrefix(line, "%"):
			got = append(got, line)
		}
	}
	s.t.Fatalf("the terminal is gone after %q", got)
	return ""
}

// report takes tmux's report of what was written on the terminal.
func (s *Screen) report(line string) {
	s.changed = true
	_, written, _ := strings.Cut(strings.TrimPrefix(line, "%output "), " ")
	s.raw.WriteString(written)
}

// Raw returns all that has been written on the terminal, where a byte below 32 is a backslash and three
// octal digits.
func (s *Screen) Raw() string { return s.raw.String() }

// Keys presses keys, given their tmux names.
func (s *Screen) Keys(names ...string) {
	s.t.Helper()
	s.Tmux("send-keys %s", strings.Join(names, " "))
}

// Write types text, without Enter.
func (s *Screen) Write(text string) { s.t.Helper(); s.Tmux("send-keys -l -- '%s'", text) }

// Enter types text and presses Enter.
func (s *Screen) Enter(text string) { s.t.Helper(); s.Write(text); s.Keys("Enter") }

// Paste has the terminal paste text, which may have several lines.
func (s *Screen) Paste(text string) {
	s.t.Helper()
	s.Tmux(`set-buffer "%s"`, strings.NewReplacer(`\`, `\\`, `"`, `\"`, "$", `\$`, "\n", `\n`, "\t", `\t`).Replace(text))
	s.Tmux("paste-buffer -p -d")
}

// Resize changes the size of the terminal.
func (s *Screen) Resize(columns, rows int) {
	s.t.Helper()
	s.Tmux("resize-window -x %d -y %d", columns, rows)
}

// Text returns what the screen shows, without trailing empty lines and without the costs of
// answers.
func (s *Screen) Text() string { s.t.Helper(); return s.capture("") }

// All returns Text with the lines that have scrolled off.
func (s *Screen) All() string { s.t.Helper(); return s.capture("-S -") }

func (s *Screen) capture(lines string) string {
	s.t.Helper()
	return Cost.ReplaceAllString(strings.TrimRight(s.Tmux("capture-pane -p %s", lines), "\n"), "")
}

// Await waits until the screen matches pattern, and returns the match and its groups.
func (s *Screen) Await(pattern string) []string {
	s.t.Helper()
	re := regexp.MustCompile("(?m)" + pattern)
	for {
		s.changed = false
		text := s.Text()
		if m := re.FindStringSubmatch(text); m != nil {
			return m
		}
		for !s.changed {
			if !s.out.Scan() {
				s.t.Fatalf("the screen never showed %s, but (%v)\n%s", pattern, s.out.Err(), text)
			}
			if line := s.out.Text(); strings.HasPrefix(line, "%output ") {
				s.report(line)
			}
		}
	}
}

// Clear empties the screen and waits for the prompt.
func (s *Screen) Clear() {
	s.t.Helper()
	s.Keys("C-l")
	s.Await(`\A(\S+ )?> *$`)
}

// Knows waits until the server knows the width of the terminal: the client sends a size by itself,
// and what is typed may arrive before it.
func (s *Screen) Knows(width int) {
	s.t.Helper()
	for known := ""; known != fmt.Sprint(width); {
		s.Clear()
		s.Enter("set")
		known = s.Await(`^width +(\d+)[^\0]*\n(?:\S+ )?>\z`)[1]
	}
	s.Clear()
}
