package client

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"unicode"

	"github.com/sightglass-go/sightglass/eval"
	"github.com/sightglass-go/sightglass/internal/console"
	"github.com/sightglass-go/sightglass/internal/text"
	"github.com/sightglass-go/sightglass/telnet"
)

// redirect is where an answer goes instead of to the screen: to the standard input of a program, or to
// a file. Only what the user has typed says so.
type redirect struct {
	command string // for the shell; "" for a file
	file    string
	adds    bool // to what is in the file
}

// redirectAt returns where in a line the redirection of its answer begins, or -1. No expression has
// what begins one, so neither is taken for the other: behind the | of an expression stands a call, and
// no operand begins with the folder of a file. Behind >> anything is a file.
func redirectAt(line string) int {
	at, skip := -1, -1
	console.Outside(line, func(i int) {
		if at >= 0 || i <= skip {
			return
		}
		rest := line[i+1:]
		switch line[i] {
		case '|':
			if strings.HasPrefix(rest, "|") {
				skip = i + 1
			} else if !isCall(rest) {
				at = i
			}
		case '>':
			if strings.HasPrefix(rest, ">") || namesFile(strings.TrimLeftFunc(rest, unicode.IsSpace)) {
				at = i
			}
		}
	})
	return at
}

// isCall reports whether source begins with the call of a function.
func isCall(source string) bool {
	source = strings.TrimLeftFunc(source, unicode.IsSpace)
	name := strings.TrimLeftFunc(source, func(r rune) bool { return r == '_' || r == '$' || unicode.IsLetter(r) || unicode.IsDigit(r) })
	return len(name) < len(source) && strings.HasPrefix(strings.TrimLeftFunc(name, unicode.IsSpace), "(")
}

// namesFile reports whether word begins with a folder, and not with a comment.
func namesFile(word string) bool {
	for _, folder := range []string{"./", "../", "~"} { // no operand begins with ~ either
		if strings.HasPrefix(word, folder) {
			return true
		}
	}
	return strings.HasPrefix(word, "/") && !strings.HasPrefix(word, "//") && !strings.HasPrefix(word, "/*")
}

// parseRedirect parses what begins at redirectAt.
func parseRedirect(source string) (*redirect, error) {
	if command, ok := strings.CutPrefix(source, "|"); ok {
		if command = strings.TrimSpace(command); command == "" {
			return nil, errors.New("the program is missing behind |: cache | less")
		}
		return &redirect{command: command}, nil
	}
	name, adds := strings.CutPrefix(source, ">>")
	file, err := fileName(strings.TrimPrefix(name, ">"))
	if err != nil {
		return nil, err
	}
	return &redirect{file: file, adds: adds}, nil
}

// layout writes an answer as who gets it reads it: as JSON or CSV to a file whose name ends so, and
// else as JSON if asJSON is set, and as text otherwise.
func (d *redirect) layout(w io.Writer, a *telnet.Answer, asJSON bool) error {
	switch ending := strings.ToLower(filepath.Ext(d.file)); {
	case ending == ".csv":
		return printCSV(w, a)
	case ending == ".json" || asJSON:
		return printJSON(w, a)
	}
	_, err := fmt.Fprintln(w, strings.TrimSuffix(a.Text, "\n"))
	return err
}

// write writes an answer to the file, and returns what to tell of that.
func (d *redirect) write(answer []byte) (told string, err error) {
	done := "wrote"
	if d.adds {
		done = "added"
	}
	before, err := os.Stat(d.file)
	replaced := err == nil && before.Mode().IsRegular() && before.Size() > 0 && !d.adds
	if err := writeFile(d.file, answer, d.adds); err != nil {
		return "", err
	}
	told = fmt.Sprintf("%s %s to %s", done, text.Count(bytes.Count(answer, []byte("\n")), "line", "lines"), text.Escape(d.file))
	if replaced {
		told += ", in place of what was there"
	}
	return told, nil
}

// run has the shell run the program on an answer. It is no error that the program fails, or reads only
// a part.
func (d *redirect) run(answer []byte, out io.Writer) error {
	err := shell(d.command, answer, out)
	var exit *exec.ExitError
	if !errors.As(err, &exit) {
		return err
	}
	const notFound = 127
	if name := strings.Fields(d.command)[0]; exit.ExitCode() == notFound && isFunction(name) {
		return fmt.Errorf("%s is a function, and no program: write | %s()", name, name)
	}
	return nil
}

// shell runs a command of the user on input, with a changed environment.
func shell(command string, input []byte, out io.Writer, environment ...string) error {
	name, flag := "/bin/sh", "-c"
	if runtime.GOOS == "windows" {
		name, flag = "cmd", "/C"
	}
	c := exec.Command(name, flag, command)
	c.Env = append(c.Environ(), environment...)
	c.Stdin, c.Stdout, c.Stderr = bytes.NewReader(input), out, out
	return c.Run()
}

func isFunction(name string) bool {
	for _, f := range eval.Functions() {
		if f.Name == name {
			return true
		}
	}
	return false
}

// meantFile returns the file that somebody may have meant who typed question, which compares, or "".
func meantFile(question string) string {
	at := -1
	console.Outside(question, func(i int) {
		if question[i] == '>' {
			at = i
		}
	})
	if at < 0 {
		return ""
	}
	name := strings.TrimSpace(question[at+1:])
	if name == "" || strings.ContainsFunc(name, func(r rune) bool {
		return r != '.' && r != '_' && r != '-' && !unicode.IsLetter(r) && !unicode.IsDigit(r)
	}) {
		return ""
	}
	return name
}
