package client

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/sightglass-go/sightglass/internal/text"
)

// fileName returns the name of a file as it is typed: in quotes, or without what a shell would act on. In
// quotes too, ~/ is the user's home: a name with blanks has no other way to say it.
func fileName(typed string) (string, error) {
	name := strings.TrimSpace(typed)
	n := len(name)
	quoted := n > 1 && (name[0] == '"' || name[0] == '\'') && strings.IndexByte(name[1:], name[0]) == n-2
	if quoted {
		name = name[1 : n-1]
	}
	switch {
	case name == "":
		return "", errors.New("the name of a file is missing: ./answer.txt")
	case !quoted && strings.ContainsAny(name, " \t\n|<>;&\"'`$*?"):
		return "", fmt.Errorf("%q is not the name of one file; quote it if it is", name)
	}
	switch home, below, _ := strings.Cut(name, "/"); {
	case name == "~":
		return "", errors.New("~ is your home folder; name a file in it: ~/answer.txt")
	case home == "~":
		home, err := os.UserHomeDir()
		return filepath.Join(home, below), err
	case strings.HasPrefix(home, "~"):
		return "", fmt.Errorf("%s is not looked up; write the path of that folder, or ./%[1]s for a file of that name", text.Escape(home))
	}
	return name, nil
}

// files returns the files whose names begin with prefix, as one types them.
func files(prefix string) (names []string) {
	folder, begin := filepath.Split(prefix)
	dir := folder
	if below, ok := strings.CutPrefix(folder, "~/"); ok {
		home, err := os.UserHomeDir()
		if err != nil {
			return nil
		}
		dir = filepath.Join(home, below)
	}
	if dir == "" {
		dir = "."
	}
	entries, err := os.ReadDir(dir)
	if err != nil {
		return nil
	}
	for _, e := range entries {
		name := e.Name()
		if !strings.HasPrefix(name, begin) || begin == "" && name[0] == '.' || text.Escape(name) != name {
			continue
		}
		if _, err := fileName(name); err != nil {
			continue // it would have to be quoted
		}
		if e.IsDir() {
			name += "/"
		}
		names = append(names, folder+name)
	}
	return names
}
