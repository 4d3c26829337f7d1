package main

import (
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/sightglass-go/sightglass/internal/rig"
	"github.com/sightglass-go/sightglass/registry"
	"github.com/sightglass-go/sightglass/telnet"
)

// quietShop opens a prompt on a shop in which nothing happens, in a folder of the test.
func quietShop(t *testing.T, rows int) (s *rig.Screen, dir, sign string) {
	s, dir, _, sign = quietShopOf(t, rows)
	return s, dir, sign
}

// quietShopOf is quietShop, and returns the process of the prompt, too.
func quietShopOf(t *testing.T, rows int) (s *rig.Screen, dir string, prompt *os.Process, sign string) {
	t.Helper()
	rig.Need(t, "tmux", "sh")
	promptFolders(t)
	reg := registry.New()
	reg.GuardWait, reg.CallTime = rig.Patience, rig.Patience
	reg.Expose("shop", &scripted{[]order{{"tea", 2.5}, {"milk", 0.5}}, 1<<64 - 1, "a\x1b[2J"}, registry.Frozen())
	addr := rig.Start(t, "tcp", "127.0.0.1:0", &telnet.Server{Registry: reg, Name: "shop", Logger: slog.New(slog.NewTextHandler(io.Discard, nil))})
	dir = t.TempDir()
	pid := filepath.Join(t.TempDir(), "pid")
	s = rig.NewScreen(t, 110, rows, "cd "+dir+" && sh -c 'echo $$ >"+pid+" && exec "+rig.Program(t)+" "+addr.String()+"'")
	sign = `^shop\S* > *\z`
	s.Await(sign)
	b, err := os.ReadFile(pid)
	if err != nil {
		t.Fatal(err)
	}
	n, err := strconv.Atoi(strings.TrimSpace(string(b)))
	if err != nil {
		t.Fatal(err)
	}
	prompt, err = os.FindProcess(n)
	if err != nil {
		t.Fatal(err)
	}
	return s, dir, prompt, sign
}

// An answer goes to a program, or to a file, and the operators of expressions stay what they are.
func TestPromptRedirects(t *testing.T) {
	s, dir, sign := quietShop(t, 60)
	for _, tc := range []struct{ line, want string }{
		{`shop.evil | tr a-z A-Z`, `"A\\X1B\[2J"`},
		{`7; shop.orders | filter(.price > 1) | wc -l`, `7\n *[1-9]`},
		{`1..300 | grep -c 299`, `1`},
		{`shop.big > 5`, `true`},
		{`shop.big > ./big`, `wrote 1 line to \./big`},
		{`shop.big >> big`, `added 1 line to big`},
		{`shop.orders > ./o.csv`, `wrote 3 lines to \./o\.csv`},
		{`shop.orders > ./o.json`, `wrote 1 line to \./o\.json`},
		{`shop.big > out.txt`, `unknown name out[^\n]*\nto write the answer to a file, name its folder: > \./out\.txt`},
		{`shop.nothing > ./nothing`, `[^\n]* has no field nothing[^\n]*`},
		{`shop.orders | groupBy`, `[^\n]*not found\ngroupBy is a function, and no program: write \| groupBy\(\)`},
		{`help filter | grep -c filter`, `\d+`},
		{`shop.big >> ./no/such`, `[^\n]*there is no folder no`},
		{`set format json; shop.evil`, `"a\\u001b\[2J"`},
		{`shop.orders | cat`, `\[\{"item":"tea","price":2.5\},[^\n]*\]`},
	} {
		s.Enter(tc.line)
		s.Await(`(^|\n)(.*\^\n)?` + tc.want + `\n(` + sign + `)`)
		s.Keys("C-l")
		s.Await(`\A` + sign)
	}
	for name, want := range map[string]string{
		"big": "18446744073709551615\n18446744073709551615\n", "o.csv": "item,price\ntea,2.5\nmilk,0.5\n",
		"o.json": `[{"item":"tea","price":2.5},{"item":"milk","price":0.5}]` + "\n",
	} {
		if got, err := os.ReadFile(filepath.Join(dir, name)); err != nil || string(got) != want {
			t.Errorf("%s: %q, %v", name, got, err)
		}
	}
	if _, err := os.Stat(filepath.Join(dir, "nothing")); err == nil {
		t.Error("an error is in a file")
	}
	s.Keys("C-d")
	s.Await(`^THE END$`)
}

// The lines of a prompt are written to a list, and a list is run.
func TestPromptLists(t *testing.T) {
	s, dir, sign := quietShop(t, 60)
	for _, line := range []string{"x = 6", `password == "open sesame"`, "x * 7"} {
		s.Enter(line)
		s.Await(`\S\n` + sign)
		s.Keys("C-l")
		s.Await(`\A` + sign)
	}
	s.Write(`\sa`)
	s.Keys("Tab")
	s.Write(" kept")
	s.Keys("Enter")
	s.Await(`^wrote 2 lines to kept; 1 line with what looks like a secret left out\n` + sign)
	if got, err := os.ReadFile(filepath.Join(dir, "kept")); err != nil || string(got) != "x = 6\nx * 7\n" {
		t.Errorf("the list is %q, %v", got, err)
	}
	list := "# what to look at\n\n[1,\n2]\nnothing\nshop.big\n\\run kept\nquit\n99\n"
	if err := os.WriteFile(filepath.Join(dir, "kept"), []byte(list), 0o600); err != nil {
		t.Fatal(err)
	}
	s.Write(`\run k`)
	s.Keys("Tab", "Enter")
	s.Await(`> \[1,\n\. 2\]\n\[1, 2\]\n[^\0]*> nothing\n[^\0]*unknown name nothing[^\0]*> shop\.big\n18446744073709551615\n[^\0]*a list runs no other[^\0]*> quit\n[^\0]*^THE END$`)
	if text := s.Text(); strings.Contains(text, "99") {
		t.Errorf("the list went on after quit:\n%s", text)
	}
}

// \watch asks again and again, until Ctrl-C; what there is not is told with a near name.
func TestPromptRepeats(t *testing.T) {
	s, _, sign := quietShop(t, 30)
	s.Enter(`\watch`)
	s.Await(`^ask something first: \\watch repeats it\n` + sign)
	s.Enter("7; len(shop.orders)")
	s.Await(`^7\n2( .*)?\n` + sign)
	s.Enter("len(shop.orders)")
	s.Await(`orders\)\n2( .*)?\n` + sign)
	s.Enter(`\watch 0.1`)
	first := s.Await(`\A(\d\d:\d\d:\d\d)  len\(shop\.orders\), every 100ms until Ctrl-C\n2\s*\z`)
	for again := first; again[1] == first[1]; {
		again = s.Await(`\A(\d\d:\d\d:\d\d)  len`)
	}
	s.Keys("C-c")
	s.Await(`\A\d\d:[^\0]*` + sign)
	s.Enter("[_, _1, _2]")
	s.Await(`^\[2, 2, 7\]\n` + sign)
	s.Enter(`\wacth`)
	s.Await(`^there is no \\wacth; did you mean \\watch\?\n` + sign)
	s.Enter(`\?`)
	s.Await(`^  \\watch \[SECONDS\] +ask[^\0]*` + sign)
	s.Keys("C-d")
	s.Await(`^THE END$`)
}

// A long answer waits after each screen, goes to $PAGER if there is one, and to neither if it fits.
func TestPromptPages(t *testing.T) {
	s, _, prompt, sign := quietShopOf(t, 12)
	s.Enter("[1, 2]")
	s.Await(`^\[1, 2\]\n` + sign)
	s.Enter("help filter; vars; help functions")
	s.Await(`^-- more --  \d+ of \d+ lines: space, Enter, / finds, q ends\s*\z`)
	s.Keys("Enter")
	s.Await(`^-- more --  \d+ of \d+ lines`)
	s.Keys("q")
	s.Await(`^… \d+ lines not shown\n` + sign)
	s.Enter("help functions")
	s.Await(`^-- more --`)
	s.Keys("C-c")
	s.Await(`^… \d+ lines not shown\n` + sign)
	// Pressed before the terminal is asked for keys, Ctrl-C is a signal. The rest of the line is given up.
	s.Enter("help functions; 40 + 2")
	s.Await(`^-- more --`)
	if err := prompt.Signal(os.Interrupt); err != nil {
		t.Fatal(err)
	}
	s.Await(`^… \d+ lines not shown\n` + sign)
	s.Enter("set page off; help functions")
	s.Await(`(^.*\n){11}` + sign)
	s.Enter("6 * 7")
	s.Await(`^42\n` + sign)
	s.Keys("C-d")
	s.Await(`^THE END$`)

	t.Setenv("PAGER", "sed 's/^/paged: /'")
	s, _, sign = quietShop(t, 12)
	s.Enter("help functions")
	s.Await(`^paged: .*\n` + sign)
	s.Enter("6 * 7")
	s.Await(`^42\n` + sign)
	s.Keys("C-d")
	s.Await(`^THE END$`)
}
