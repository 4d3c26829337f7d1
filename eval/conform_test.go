package eval

import (
	"bytes"
	"errors"
	"fmt"
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"reflect"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/expr-lang/expr"

	"github.com/sightglass-go/sightglass/eval/internal/value"
	"github.com/sightglass-go/sightglass/inspect"
	"github.com/sightglass-go/sightglass/internal/attack"
	"github.com/sightglass-go/sightglass/registry"
)

// corpusFoo is what expr-lang's corpus calls foo.
type corpusFoo struct{ Bar string }

func (corpusFoo) String() string { return "foo" }

// corpusEnv is the environment for which expr-lang's corpus was generated.
func corpusEnv() map[string]any {
	return map[string]any{
		"ok": true, "i": 1, "str": "str", "f64": .5,
		"array": []int{1, 2, 3, 4, 5},
		"foo":   corpusFoo{"foo"},
		"list":  []corpusFoo{{"bar"}, {"baz"}},
		"add":   func(a, b int) int { return a + b },
		"greet": func(name string) string { return "Hello, " + name },
	}
}

// exprFile is a file of expr-lang's own tests, which lie in its module.
func exprFile(t testing.TB, name string) string {
	t.Helper()
	dir, err := exec.Command("go", "list", "-m", "-f", "{{.Dir}}", "github.com/expr-lang/expr").Output()
	if err != nil {
		t.Fatal(err)
	}
	b, err := os.ReadFile(filepath.Join(strings.TrimSpace(string(dir)), "testdata", name))
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

// canonicalText is what canonical has written already.
type canonicalText string

// canonical writes a plain value so that equal ones are equal texts: numbers by value whatever their width.
func canonical(v reflect.Value) string {
	switch {
	case !v.IsValid():
		return "nil"
	case v.Type() == reflect.TypeFor[canonicalText]():
		return v.String()
	case v.CanInt() && v.Type() != reflect.TypeFor[time.Duration]():
		return strconv.FormatInt(v.Int(), 10)
	case v.CanUint():
		return strconv.FormatUint(v.Uint(), 10)
	case v.CanFloat():
		if f := v.Float(); f == math.Trunc(f) && math.Abs(f) < 1<<63 {
			return strconv.FormatInt(int64(f), 10)
		}
		return strconv.FormatFloat(v.Float(), 'g', -1, 64)
	}
	switch v.Kind() {
	case reflect.Interface:
		return canonical(v.Elem())
	case reflect.String:
		return strconv.Quote(v.String())
	case reflect.Pointer:
		if v.IsNil() {
			return "nil"
		}
		return canonical(v.Elem())
	case reflect.Slice, reflect.Array:
		parts := make([]string, v.Len())
		for i := range parts {
			parts[i] = canonical(v.Index(i))
		}
		return "[" + strings.Join(parts, " ") + "]"
	case reflect.Map:
		var parts []string
		for it := v.MapRange(); it.Next(); {
			parts = append(parts, canonical(it.Key())+":"+canonical(it.Value()))
		}
		slices.Sort(parts)
		return "{" + strings.Join(parts, " ") + "}"
	case reflect.Func:
		return "func"
	case reflect.Struct:
		if v.Type() == reflect.TypeFor[corpusFoo]() {
			return "{" + strconv.Quote("Bar") + ":" + canonical(v.Field(0)) + "}"
		}
	}
	return fmt.Sprint(v)
}

// plainData is an answer with what is live in it as plain data.
func (f *evaluation) plainData(x value.Value) (any, error) {
	x, err := value.Load(x)
	if err != nil {
		return nil, err
	}
	switch {
	case value.IsStruct(x):
		names, err := value.Fields(x)
		m := map[string]any{}
		for _, name := range names {
			y, err := value.Member(&f.Thread, x, name)
			if err != nil {
				return nil, err
			}
			if m[name], err = f.plainData(y); err != nil {
				return nil, err
			}
		}
		return m, err
	case value.IsList(x):
		xs := []any{}
		err := value.Each(&f.Thread, x, true, func(_ int, _, elem value.Value) (bool, error) {
			y, err := f.plainData(elem)
			xs = append(xs, y)
			return true, err
		})
		return xs, err
	case value.IsMap(x):
		var parts []string
		err := value.Each(&f.Thread, x, true, func(_ int, key, elem value.Value) (bool, error) {
			k, err := f.plainData(key)
			if err != nil {
				return false, err
			}
			y, err := f.plainData(elem)
			parts = append(parts, canonical(reflect.ValueOf(k))+":"+canonical(reflect.ValueOf(y)))
			return true, err
		})
		slices.Sort(parts)
		return canonicalText("{" + strings.Join(parts, " ") + "}"), err
	}
	if v, ok := x.(value.Live); ok && v.View.Shape() != inspect.Scalar {
		return func() {}, nil
	}
	return goValue(x), nil
}

// ours is what a session answers, in canonical form.
func ours(t testing.TB, s *Session, source string) (string, error) {
	f := s.begin(t.Context(), s.limits)
	x, err := f.answer(source)
	var plain any
	if err == nil {
		err = f.guard(func() (err error) {
			plain, err = f.plainData(x)
			return err
		})
	}
	if err != nil {
		return "", newError(err, source)
	}
	return canonical(reflect.ValueOf(plain)), nil
}

// theirs is what expr-lang's virtual machine answers.
func theirs(source string, env map[string]any) (string, error) {
	program, err := expr.Compile(source, expr.Env(env))
	if err != nil {
		return "", err
	}
	x, err := expr.Run(program, env)
	if err != nil {
		return "", err
	}
	return canonical(reflect.ValueOf(x)), nil
}

// difference is a row of the table of differences in docs/expressions.md: the expression of the corpus that the
// row starts with, and what it means. got is our answer, or the code and the message of our error.
type difference struct {
	example string
	means   func(source, got, want string) bool
}

// intended are the differences. The first that explains an expression counts it.
var intended = []difference{
	{"{foo: i}.str", saying(`^(no_key: there is no key|unknown_name: nothing is exposed as)`)},
	{"greet(str)", saying(`\w+ is a name and not a function|has no method \w+ at`)},
	{"ok or $env?.[Bar]", inEnv(saying(`^(unknown_name: unknown name|unknown_function: unknown function|unknown_name: \w+ is a function|arguments: |syntax: )`))},
	{"keys($env ?? true)", shuffled},
	{"[filter($env, false)]", emptied},
	{"last($env ?? 1)", ofMap},
	{"foo.String ?? i", saying(`^no_field: `)},
	{"0 == add ?? f64", saying(`^type: .* ([!=]= .* makes no sense|can never be in a list that has none of its kind)`)},
	{"i * $env || true", folded(saying(`^(type|no_field|nil): `))},
	{"true && str ?? i", saying(`^type: a condition is true or false, not `)},
	{"first(f64 ?? array)", saying(`^type: (.* (is not a list or a map|has no elements|has no keys)|in looks into lists and maps, not strings)`)},
	{"min(ok ?? 1)", saying(`^type: .*(has no order|does not compare| < .* makes no sense)`)},
	{"sum([str, str])", saying(`^type: .* cannot be added up`)},
	{"get($env, nil)?.String", saying(`^type: .* (needs an integer|whole number|is not the name of anything exposed)|^type: the keys of this map are strings`)},
	{"-1 / 0", saying(`^divide: `)},
	{"bitnot(1) ^ f64", saying(`^range: .* has no answer among the real numbers`)},
	{"type(array) ?? str", ofType},
	{"string(array)", about(`\bstring\(`)},
	{"add == add", about(`(add|greet)\b.*[!=]=|[!=]=.*\b(add|greet)\b|(add|greet) in |^uniq\(.*(add|greet)`)},
	{"list != flatten(list)", about(`list\b.* [!=]= |[!=]= .*\blist`)},
	{"groupBy(array, 1.0)?.[i]", about(`groupBy\(1\.0\)|groupBy\(\w+, 1\.0\)\W+(i\b|get\(1)`)},
	{"array | map(array | findLast(true))", about(`findLast`)},
	{"mean(1 .. 0)", about(`^(mean|median)\(`)},
}

// saying is for errors of ours with such a text.
func saying(pattern string) func(source, got, want string) bool {
	re := regexp.MustCompile(pattern)
	return func(_, got, _ string) bool { return re.MatchString(got) }
}

// about is for answers that differ, and no error.
func about(pattern string) func(source, got, want string) bool {
	re := regexp.MustCompile(pattern)
	return func(source, got, _ string) bool { return re.MatchString(source) && !isCode.MatchString(got) }
}

var isCode = regexp.MustCompile(`^[a-z_]+: `)

// inEnv is for what is computed with the whole environment, or behind ?. of what expr-lang knows no type of.
func inEnv(then func(source, got, want string) bool) func(source, got, want string) bool {
	return func(source, got, want string) bool {
		return (strings.Contains(source, "$env") || strings.Contains(source, "?.")) && then(source, got, want)
	}
}

// folded is for what expr-lang does not evaluate, because the rest decides.
func folded(then func(source, got, want string) bool) func(source, got, want string) bool {
	re := regexp.MustCompile(`(\|\||\bor) true|(&&|\band) false`)
	return func(source, got, want string) bool { return re.MatchString(source) && then(source, got, want) }
}

// ofMap is for what is computed with the first or the last of a map, which has some here.
func ofMap(source, _, _ string) bool {
	return regexp.MustCompile(`(first|last)\(.*(\$env|\{)|\$env \| (first|last)`).MatchString(source)
}

// emptied is for what filter leaves of a map, where that is nothing.
func emptied(source, got, want string) bool {
	return strings.Contains(source, "filter(") && strings.ReplaceAll(got, "{}", "[]") == want
}

// ofType is for type, also of what is decoded from it.
func ofType(source, got, want string) bool {
	return about(`\btype\(`)(source, got, want) || strings.Contains(source, "fromBase64(type(") && strings.Contains(got, "illegal base64")
}

// shuffled is for answers that are the same but for the order in which a map was walked, or that expr-lang
// itself gives differently each time.
func shuffled(source, got, want string) bool {
	if isCode.MatchString(got) || !strings.Contains(source, "$env") && !strings.Contains(source, "groupBy") {
		return false
	}
	a, b := []byte(got), []byte(want)
	slices.Sort(a)
	slices.Sort(b)
	if bytes.Equal(bytes.TrimSpace(a), bytes.TrimSpace(b)) {
		return true
	}
	env := corpusEnv()
	for range 100 {
		if again, err := theirs(source, env); err != nil || again != want {
			return err == nil
		}
	}
	return false
}

// corpusWorld is the environment of the corpus for both.
func corpusWorld() (env map[string]any, s *Session) {
	env = corpusEnv()
	reg := registry.New()
	for name, x := range env {
		reg.Expose(name, x, registry.Frozen(), registry.Methods("String", "*.String"))
	}
	return env, NewSession(reg, Limits{Time: time.Hour})
}

// outcome is an answer, or the code of an error and its text.
func outcome(answer string, err error) string {
	var e *Error
	switch {
	case errors.As(err, &e):
		return e.Code + ": " + e.Message
	case err != nil:
		return "error"
	}
	return answer
}

// TestConformance evaluates expr-lang's own corpus with its virtual machine and with us. Each answer is the same,
// or differs as a row of the manual's table says, which also says how many do. Without -attack it evaluates one in
// four, and counts nothing.
func TestConformance(t *testing.T) {
	t.Parallel()
	env, s := corpusWorld()
	sources := strings.Split(strings.TrimSpace(exprFile(t, "generated.txt")), "\n")
	same, unexplained := 0, 0
	differ := map[string]int{}
	all := attack.Stride(4) == 1
	for i, source := range sources {
		if i%attack.Stride(4) != 0 {
			continue
		}
		want, failed := theirs(source, env)
		answer, err := ours(t, s, source)
		got := outcome(answer, err)
		if failed != nil && err != nil || failed == nil && got == want {
			same++
			continue
		}
		if row := rowFor(source, got, outcome(want, failed)); row != "" {
			differ[row]++
		} else {
			unexplained++
			t.Errorf("%s\n\tours   %.200s\n\ttheirs %.200s", source, got, outcome(want, failed))
		}
	}
	t.Logf("%d expressions: %d same, %d intended differences, %d unexplained", len(sources), same, len(sources)-same-unexplained, unexplained)
	rows := differences(t)
	if len(rows) != len(intended) {
		t.Errorf("the table has %d rows, and %d differences are intended", len(rows), len(intended))
	}
	for _, row := range rows {
		n := strconv.Itoa(differ[row.source])
		// How often expr-lang walks a map in our order is chance.
		if strings.HasPrefix(row.count, "about") && differ[row.source] > 0 {
			continue
		}
		if all && n != row.count {
			t.Errorf("%s: the table counts %s expressions, there are %s", row.source, row.count, n)
		}
	}
}

// TestConformanceOfKind evaluates the expressions of the corpus that ask for a type, with kind in its place: kind
// tells what type tells in expr-lang, save that a struct is a struct whatever its name.
func TestConformanceOfKind(t *testing.T) {
	env, s := corpusWorld()
	// A struct is a struct, integers stay integers, and filter returns a map for a map.
	explained := func(source, want string) bool {
		return strings.Contains(strings.ToLower(want), "corpusfoo") || about(`kind\(foo\)|\b(ceil|floor|round)\b|\*\*|\^|filter\(\$env`)(source, "", "")
	}
	asks, same := 0, 0
	for _, source := range strings.Split(exprFile(t, "generated.txt"), "\n") {
		if !about(`\btype\(`)(source, "", "") {
			continue
		}
		asks++
		want, failed := theirs(source, env)
		kind := regexp.MustCompile(`\btype\(`).ReplaceAllString(source, "kind(")
		answer, err := ours(t, s, kind)
		got := outcome(answer, err)
		if failed != nil && err != nil || failed == nil && got == want {
			same++
		} else if !explained(kind, want) && rowFor(kind, got, outcome(want, failed)) == "" {
			t.Errorf("%s\n\tours   %.200s\n\ttheirs %.200s", kind, got, outcome(want, failed))
		}
	}
	if t.Logf("%d expressions: %d same", asks, same); same == 0 {
		t.Error("nothing was compared")
	}
}

// rowFor is the example of the row that explains a difference, "" for none.
func rowFor(source, got, want string) string {
	for _, d := range intended {
		if d.means(source, got, want) {
			return d.example
		}
	}
	return ""
}

// row is a row of the table of differences.
type row struct{ source, count, theirs, ours string }

// differences reads the table of docs/expressions.md.
func differences(t *testing.T) (rows []row) {
	t.Helper()
	b, err := os.ReadFile("../docs/expressions.md")
	if err != nil {
		t.Fatal(err)
	}
	for _, m := range regexp.MustCompile("(?m)^\\| `([^`]+)` \\| ((?:about )?[0-9,]+) \\| `([^`]+)` \\| `([^`]+)` \\| .{20,} \\|$").FindAllStringSubmatch(string(b), -1) {
		rows = append(rows, row{strings.ReplaceAll(m[1], `\|`, "|"), strings.ReplaceAll(m[2], ",", ""), m[3], m[4]})
	}
	return rows
}

// TestConformanceExamples runs the longer expressions that expr-lang shows as examples.
func TestConformanceExamples(t *testing.T) {
	blocks := strings.Split(exprFile(t, "examples.md"), "```")
	s := NewSession(registry.New(), Limits{Time: time.Hour})
	run := 0
	for i := 1; i < len(blocks); i += 2 {
		run++
		want, err := theirs(blocks[i], nil)
		if err != nil {
			t.Fatal(err)
		}
		if got, err := ours(t, s, blocks[i]); got != want {
			t.Errorf("%s\n\tours   %.400s\n\ttheirs %.400s", blocks[i], outcome(got, err), want)
		}
	}
	if run < 5 {
		t.Errorf("only %d examples", run)
	}
}

// TestConformanceTable: each row of the manual's table is so, and is about an expression of the corpus.
func TestConformanceTable(t *testing.T) {
	env, s := corpusWorld()
	corpus := strings.Split(exprFile(t, "generated.txt"), "\n")
	for _, row := range differences(t) {
		if !slices.Contains(corpus, row.source) {
			t.Errorf("%s is not in the corpus", row.source)
		}
		want, failed := theirs(row.source, env)
		answer, err := ours(t, s, row.source)
		if found := rowFor(row.source, outcome(answer, err), outcome(want, failed)); found != row.source {
			t.Errorf("%s: %s and %s are what the row of %q is about", row.source, outcome(answer, err), outcome(want, failed), found)
		}
		got := answer
		if err != nil {
			got = "error: " + codeOfError(err)
		}
		if strings.HasPrefix(row.count, "about") {
			continue // no order is written down
		}
		if got != row.ours || outcome(want, failed) != row.theirs {
			t.Errorf("%s: the table has %s and %s, it is %s and %s", row.source, row.theirs, row.ours, outcome(want, failed), got)
		}
	}
}
