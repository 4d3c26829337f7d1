package telnet

import (
	"go/ast"
	"go/parser"
	"go/token"
	"maps"
	"os"
	"path/filepath"
	"reflect"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"
)

// rows returns the rows of a document's tables whose first cell has names, without that cell, by
// name.
func rows(t *testing.T, file string, columns int) map[string][]string {
	t.Helper()
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	all := map[string][]string{}
	for _, line := range strings.Split(string(text), "\n") {
		cells := strings.Split(strings.Trim(line, "|"), "|")
		for i := range cells {
			cells[i] = strings.TrimSpace(cells[i])
		}
		if len(cells) == columns && strings.HasPrefix(cells[0], "`") {
			for _, name := range names(cells[0]) {
				all[name] = cells[1:]
			}
		}
	}
	return all
}

// names returns the names in a cell.
func names(cell string) []string {
	var all []string
	for _, m := range regexp.MustCompile("`([^`]+)`").FindAllStringSubmatch(cell, -1) {
		all = append(all, m[1])
	}
	return all
}

// Each field of Server is in the manual, with the default that its comment gives and, if it is a
// limit, that the code has.
func TestFieldsAreDocumented(t *testing.T) {
	s := new(Server)
	s.prepare()
	seconds := func(d time.Duration) string { return strconv.Itoa(int(d/time.Second)) + " s" }
	have := map[string]string{
		"MaxSessions":    strconv.Itoa(s.maxSessions()),
		"MaxEvaluations": "one for two processors",
		"MaxRate":        strconv.Itoa(s.maxRate()),
		"MaxAttempts":    strconv.Itoa(s.maxAttempts()),
		"History":        "none",
		"LoginTimeout":   seconds(s.loginTimeout()),
		"IdleTimeout":    strconv.Itoa(int(s.idleTimeout().Hours())) + " h",
		"WriteTimeout":   seconds(s.writeTimeout()),
		"KeepAlive":      seconds(defaultKeepAlive),
	}
	documented := rows(t, "../docs/operations.md", 3)
	comments := fieldComments(t)
	fields := reflect.TypeFor[Server]()
	for i := range fields.NumField() {
		f := fields.Field(i)
		limit := f.Type == reflect.TypeFor[int]() || f.Type == reflect.TypeFor[time.Duration]()
		if !f.IsExported() {
			continue
		}
		row, ok := documented[f.Name]
		if !ok {
			t.Errorf("the manual does not say what %s is", f.Name)
			continue
		}
		if !limit {
			if row[0] != "false" && !strings.Contains(comments[f.Name], row[0]) || row[0] == "false" != (f.Type.Kind() == reflect.Bool) {
				t.Errorf("the manual says that %s is %s; its comment is %q", f.Name, row[0], comments[f.Name])
			}
			continue
		}
		if row[0] != have[f.Name] || !strings.Contains(comments[f.Name], "0 is "+have[f.Name]) {
			t.Errorf("%s is %s; the manual says %s, and its comment %q", f.Name, have[f.Name], row[0], comments[f.Name])
		}
		delete(have, f.Name)
	}
	for name := range have {
		t.Errorf("there is no limit %s", name)
	}
}

// fieldComments returns the comments of Server's fields, each on one line.
func fieldComments(t *testing.T) map[string]string {
	t.Helper()
	file, err := parser.ParseFile(token.NewFileSet(), "server.go", nil, parser.ParseComments)
	if err != nil {
		t.Fatal(err)
	}
	all := map[string]string{}
	ast.Inspect(file, func(n ast.Node) bool {
		if f, ok := n.(*ast.Field); ok && f.Doc != nil && len(f.Names) == 1 {
			all[f.Names[0].Name] = strings.Join(strings.Fields(f.Doc.Text()), " ")
		}
		return true
	})
	return all
}

// The manual lists the records that the source writes, with their levels and attributes, and no
// others.
func TestRecordsAreDocumented(t *testing.T) {
	documented := rows(t, "../docs/operations.md", 4)
	common := rows(t, "../docs/operations.md", 2)
	written := map[string]bool{}
	for message, r := range recordsOf(t) {
		written[message] = true
		row, ok := documented[message]
		if !ok {
			t.Errorf("the manual does not tell of the record %q", message)
			continue
		}
		if row[0] != r.level {
			t.Errorf("%q is of the level %s; the manual says %s", message, r.level, row[0])
		}
		for _, key := range r.keys {
			if !slices.Contains(names(row[1]), key) && common[key] == nil {
				t.Errorf("the manual does not tell of the attribute %s of %q", key, message)
			}
		}
	}
	for message := range documented {
		if !written[message] {
			t.Errorf("the manual tells of a record %q that nothing writes", message)
		}
	}
	all := keysOf(t)
	for _, row := range documented {
		for _, key := range names(row[1]) {
			if !slices.Contains(all, key) {
				t.Errorf("the manual tells of an attribute %s that nothing writes", key)
			}
		}
	}
	for _, key := range []string{"session", "peer", "uid", "pid", "certificate", "user"} {
		if common[key] == nil || !slices.Contains(all, key) {
			t.Errorf("the attribute %s is not in the manual, or not written", key)
		}
	}
}

type recordSource struct {
	level string
	keys  []string
}

// recordsOf returns the records that the source of this package writes: calls of Info, Warn, Error
// and mustWarn with a constant message.
func recordsOf(t *testing.T) map[string]recordSource {
	all := map[string]recordSource{}
	inspectSource(t, func(call *ast.CallExpr, method string) {
		message, ok := constant(call.Args)
		if !ok || method != "Info" && method != "Warn" && method != "Error" && method != "mustWarn" {
			return
		}
		r := all[message]
		r.level = strings.ToLower(strings.TrimPrefix(method, "must"))
		for i := 1; i < len(call.Args); i += 2 {
			if key, ok := constant(call.Args[i:]); ok {
				r.keys = append(r.keys, key)
			}
		}
		all[message] = r
	})
	if len(all) < 10 {
		t.Fatalf("found %d records in the source", len(all))
	}
	return all
}

// keysOf returns the keys of all attributes in the source of this package.
func keysOf(t *testing.T) []string {
	all := map[string]bool{}
	inspectSource(t, func(call *ast.CallExpr, method string) {
		if key, ok := constant(call.Args); ok && slices.Contains([]string{"String", "Int", "Int64", "Duration"}, method) {
			all[key] = true
		}
	})
	for _, r := range recordsOf(t) {
		for _, key := range r.keys {
			all[key] = true
		}
	}
	return slices.Sorted(maps.Keys(all))
}

func inspectSource(t *testing.T, visit func(call *ast.CallExpr, method string)) {
	t.Helper()
	files, err := filepath.Glob("*.go")
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range files {
		if strings.HasSuffix(name, "_test.go") {
			continue
		}
		file, err := parser.ParseFile(token.NewFileSet(), name, nil, 0)
		if err != nil {
			t.Fatal(err)
		}
		ast.Inspect(file, func(n ast.Node) bool {
			if call, ok := n.(*ast.CallExpr); ok {
				if s, ok := call.Fun.(*ast.SelectorExpr); ok {
					visit(call, s.Sel.Name)
				}
			}
			return true
		})
	}
}

// constant returns the first of args if that is a string constant.
func constant(args []ast.Expr) (string, bool) {
	if len(args) == 0 {
		return "", false
	}
	lit, ok := args[0].(*ast.BasicLit)
	if !ok || lit.Kind != token.STRING {
		return "", false
	}
	s, err := strconv.Unquote(lit.Value)
	return s, err == nil
}
