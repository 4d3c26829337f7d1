package main

import (
	"os/exec"
	"strings"
	"testing"

	"github.com/sightglass-go/sightglass/internal/rig"
)

// TestManualPage: the page has all that --help has of each command, and man shows it.
func TestManualPage(t *testing.T) {
	out, err := exec.Command(rig.Program(t), "man").Output()
	if err != nil {
		t.Fatal(err)
	}
	raw := string(out)
	for _, line := range strings.Split(raw, "\n") {
		if request, _, _ := strings.Cut(line, " "); strings.HasPrefix(line, ".") && !strings.Contains(".TH .SH .SS .B .I .PP .TP .EX .EE ", request+" ") {
			t.Errorf("%q is taken for a request", line)
		}
	}
	plain := strings.NewReplacer(`\-`, "-", `\e`, `\`, `\&`, "").Replace(raw)
	for _, command := range []string{"look", "eval", "watch", "list", "demo", "vars", "completion", "man", "version"} {
		help, err := exec.Command(rig.Program(t), command, "--help").Output()
		if err != nil {
			t.Errorf("%s: %v", command, err)
		}
		_, part, _ := strings.Cut(plain, "\n.SS "+command+"\n")
		part, _, _ = strings.Cut(part, "\n.S")
		for _, word := range strings.Fields(string(help)) {
			if name, _, _ := strings.Cut(strings.Trim(word, "[],."), "="); strings.HasPrefix(name, "--") && !strings.Contains(part+plain[strings.LastIndex(plain, ".SH"):], name) {
				t.Errorf("the page has no %s of %s", name, command)
			}
		}
		if !strings.Contains(part, "\n.EX\n  ") {
			t.Errorf("the page has no example of %s", command)
		}
	}
	if _, err := exec.LookPath("groff"); err != nil {
		return // its format is checked above
	}
	c := exec.Command("groff", "-man", "-Tascii", "-ww")
	c.Stdin = strings.NewReader(raw)
	if said, err := c.CombinedOutput(); err != nil || strings.Contains(string(said), "warning") {
		t.Errorf("groff: %v\n%s", err, said)
	}
}
