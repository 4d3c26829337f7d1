package eval

import (
	"fmt"
	"strings"
	"testing"

	"github.com/expr-lang/expr/file"
	"github.com/expr-lang/expr/parser/lexer"

	"github.com/sightglass-go/sightglass/internal/secret"
	"github.com/sightglass-go/sightglass/registry"
)

type vault struct {
	name     string
	password string
	pin      int `inspect:"secret"`
	tokens   map[string]string
	inner    struct{ token string }
	list     []string
	any      any
	Next     *vault
}

const theSecret = "correct-horse-battery"

func vaults(secret string) *registry.Registry {
	v := &vault{name: "v", password: secret, pin: len(secret), tokens: map[string]string{"password": secret}, list: []string{"a", "Bearer " + secret + "0123456789abcdef"}, any: secret}
	v.inner.token = secret
	w := *v
	v.Next = &w
	reg := registry.New()
	hide := registry.Hide("any", "*.any", "*.*.any")
	reg.Expose("v", v, hide)
	reg.Expose("vs", &[]*vault{v, &w}, hide)
	return reg
}

// attempts are expressions that try to learn something of a secret.
var attempts = []string{
	`v.password`, `v.password == "%s"`, `v.password != "%s"`, `v.password < "d"`, `v.password > v.name`, `v.password == nil`, `v.password ?? 1`, `v.password?.x`, `v.password.x`, `v.password[0]`, `v.password[0:1]`, `len(v.password)`,
	`v.password in ["%s"]`, `"%s" in [v.password]`, `"%s" in v.password`, `v.password contains "c"`, `v.password startsWith "c"`, `v.password endsWith "y"`, `v.password matches "c"`, `"%s" matches v.password`, `"x" + v.password`, `v.password + "x"`, `v.password ? 1 : 2`, `!v.password`, `v.password && true`, `v.password or true`,
	`v.pin`, `v.pin == 21`, `v.pin > 5`, `v.pin + 1`, `-v.pin`, `+v.pin`, `v.pin * 2`, `v.pin / 2`, `v.pin %% 2`, `v.pin ** 2`, `1..v.pin`, `v.pin..30`, `[1,2,3][v.pin]`, `[1,2,3][:v.pin]`, `{a: 1}[v.password]`, `v.tokens[v.password]`, `get({a: 1}, v.password)`, `{(v.password): 1}`,
	`int(v.pin)`, `float(v.pin)`, `string(v.password)`, `string(v.pin)`, `upper(v.password)`, `trim(v.password)`, `split(v.password, "")`, `replace("x", "x", v.password)`, `repeat("a", v.pin)`, `repeat(v.password, 2)`, `indexOf(v.password, "h")`, `hasPrefix(v.password, "c")`, `toBase64(v.password)`, `join([v.password])`, `join(["a", "b"], v.password)`, `duration(v.password)`, `date(v.password)`, `timezone(v.password)`, `toJSON(v.password)`, `toJSON([v.password])`, `toJSON({a: v.password})`, `fromJSON(v.password)`, `string([v.password])`, `string(v)`,
	`abs(v.pin)`, `round(v.pin)`, `min(v.pin, 5)`, `max([v.pin, 5])`, `mean([v.pin])`, `median([v.pin])`, `sum([v.pin])`, `bitand(v.pin, 1)`, `type(v.password)`, `type(v.pin)`,
	`sort([v.password, "d"])`, `sort([v.pin, 10])`, `sort([v.pin])`, `sortBy(vs, .password)`, `sortBy(vs, .pin)`, `groupBy(vs, .password)`, `groupBy(vs, .pin)`, `uniq([v.password, "%s"])`, `uniq(map(vs, .password))`, `filter(vs, .password == "%s")`, `filter(vs, .password)`, `count(vs, .password contains "c")`, `any(vs, .pin > 3)`, `find(vs, .password == "%s")`, `reduce(vs, #acc + .pin, 0)`, `reduce(vs, .password, "")`, `map(vs, .password)`, `sum(vs, .pin)`, `max(map(vs, .pin))`, `fromPairs([[v.password, 1]])`, `fromPairs([["a", v.password]])`, `toPairs(v.tokens)`, `values(v.tokens)`, `flatten([[v.password]])`, `concat([v.password], ["a"])`, `reverse([v.password])`, `first([v.password])`, `take([v.password], 1)`, `take([1, 2, 3], v.pin)`,
	`v == v`, `v == v.Next`, `vs[0] == vs[1]`, `vs == vs`, `v.inner == v.inner`, `v.tokens == {password: "%s"}`, `{password: "%s"} == v.tokens`, `[v.password] == ["%s"]`, `{a: v.password} == {a: "%s"}`, `v in vs`, `v.inner.token == "%s"`, `v.inner.token`, `v.tokens.password == "%s"`, `v.tokens["password"]`, `v.tokens.password`, `v.any == "%s"`, `v.any`, `v.list[1] == "x"`, `v.list[1]`, `"Bearer %s0123456789abcdef" in v.list`, `len(v.list[1])`, `join(v.list)`, `count(v.list, # contains "B")`, `sort(v.list)`, `uniq(v.list)`, `v.list == ["a", "b"]`, `max(v.list)`, `v.password | upper()`, `let p = v.password; p == "%s"`, `let p = [v.password]; p[0] == "%s"`, `x = v.password`, `x == "%s"`, `y = [v.password, v]`, `y[0] == "%s"`, `y[1].password`, `y[1].password == "%s"`, `_`, `v`, `vs`, `dir(v)`, `dir()`, `v.Password`, `v.passwrd`, `now().Format(v.password)`, `now().Year() == v.pin`, `v.password.Len()`, `v.list[v.pin]`, `if v.pin > 3 { 1 } else { 2 }`, `path(v.password)`, `addr(v.password)`, `cap(v.password)`, `v.tokens[v.tokens.password]`, `"correct-horse-battery" in v.tokens`, `keys(v.tokens)`, `map(v.tokens, #)`, `map(v.tokens, #key + #)`, `count(v.tokens, # == "%s")`,
	`top(vs, 1, .pin)`, `top(vs, 1, .password)`, `top(vs, v.pin, .name)`, `top(vs, 1, len(.password))`, `top(vs, 1, .password == "%s")`, `top([v.pin, 3], 1)`, `freq(vs, .password)`, `freq(vs, .pin)`, `freq(vs, .password contains "c")`, `freq([v.password, "%s"])`, `freq(v.list)`, `hist(vs, .pin)`, `hist([v.pin])`, `hist(vs, .pin * 2)`,
	`size(v.password)`, `size(v.tokens)`, `size(v.list)`, `size(v)`, `size(vs)`, `tree(v.password)`, `tree(v)`, `tree(v, 6)`, `tree(vs, 8)`, `help(v.password)`, `help(v)`, `snap(v)`, `s = snap(v)`, `s.password`, `s.password == "%s"`, `s.pin + 1`, `json(v.password)`, `json(v)`, `diff(v.password, "%s")`, `diff(v, v.Next)`, `diff(s, v)`, `diff(s, snap(vs[1]))`, `diff(v.list, ["a", "b"])`, `diff({a: v.password}, {a: "%s"})`, `diff([v.pin], [21])`,
}

// passing are the attempts that only pass a secret around and show it as redacted. All others are
// refused for the reason that it is one.
var passing = map[string]bool{
	`v.password`: true, `v.pin`: true, `v.inner.token`: true, `v.any`: true, `v.list[1]`: true, `v`: true, `vs`: true, `_`: true, `dir(v)`: true, `dir()`: true,
	`x = v.password`: true, `y = [v.password, v]`: true, `y[1].password`: true, `v.Password`: true, `v.passwrd`: true,
	`toJSON([v.password])`: true, `toJSON({a: v.password})`: true, `string([v.password])`: true, `string(v)`: true, `map(vs, .password)`: true, `reduce(vs, .password, "")`: true,
	`fromPairs([["a", v.password]])`: true, `flatten([[v.password]])`: true, `concat([v.password], ["a"])`: true, `reverse([v.password])`: true, `first([v.password])`: true, `take([v.password], 1)`: true,
	`size(v)`: true, `size(vs)`: true, `size(v.list)`: true, `tree(v)`: true, `tree(v, 6)`: true, `tree(vs, 8)`: true, `help(v)`: true, `snap(v)`: true, `s = snap(v)`: true, `s.password`: true, `json(v)`: true,
	`diff(v, v.Next)`: true, `diff(s, v)`: true, `diff(s, snap(vs[1]))`: true, `diff(v.list, ["a", "b"])`: true, `diff({a: v.password}, {a: "%s"})`: true, `diff([v.pin], [21])`: true,
}

// TestRedaction: nothing that a session says holds a secret, and nothing depends on it: with another
// secret of another length every expression has the same outcome.
func TestRedaction(t *testing.T) {
	const other = "x"
	outcome := func(secret string) []string {
		s := NewSession(vaults(secret), Limits{})
		var out []string
		for _, a := range attempts {
			source := strings.ReplaceAll(strings.ReplaceAll(a, "%s", theSecret), "%%", "%")
			r, err := s.Eval(t.Context(), source)
			said := fmt.Sprint(err)
			if err == nil {
				json := r.Node.JSON()
				said = r.Node.Line(0) + r.Page.String() + string(json) + fmt.Sprint(r.Notes)
			} else {
				said += err.(*Error).Code
			}
			if refused := codeOfError(err) == "redacted"; refused == passing[a] {
				t.Errorf("%s: %v", source, err)
			}
			if !strings.Contains(source, secret) && strings.Contains(said, secret) && len(secret) > 3 {
				t.Errorf("%s: %s", source, said)
			}
			out = append(out, said)
		}
		for _, line := range []string{"v.", `v.tokens["`, "vs[0].", "count(vs, ."} {
			out = append(out, fmt.Sprint(s.Complete(line, len(line))))
		}
		return out
	}
	one, two := outcome(theSecret), outcome(other)
	for i := range one {
		if one[i] != two[i] {
			source := "completion"
			if i < len(attempts) {
				source = attempts[i]
			}
			t.Errorf("%s depends on the secret:\n%s\n%s", source, one[i], two[i])
		}
	}
}

// FuzzRedactSource: access.RedactSource sees the same strings in a source as the lexer does, so that no quote that is
// none misleads it.
func FuzzRedactSource(f *testing.F) {
	for _, source := range []string{
		"", `/* " */`, "// it's", `"a\"b" + 'c'`, "`a``b`", `b"x" + B'y'`, `"//" == '/*'`, `/* /* " */`, `"\x41\u0042\u{43}\U00000044\105"`, "1 / 2 // \"", "/*/ \" */", "``", "````", `""''`, "a/`b`", `"\\"`, "/* ` */ `",
	} {
		f.Add(source)
	}
	f.Fuzz(func(t *testing.T, source string) {
		whole := source + "\n config.password == 'hunter2'"
		redacted := secret.RedactSource(whole)
		before, err := lexer.Lex(file.NewSource(source))
		if err != nil || redacted == "redacted" {
			// What is meant behind the mistake is not known, or the whole looks like a secret.
			if !strings.Contains(source, "hunter2") && strings.Contains(redacted, "hunter2") {
				t.Fatalf("%q became %q", whole, redacted)
			}
			return
		}
		after, err := lexer.Lex(file.NewSource(redacted))
		if err != nil || len(after) != len(before)+5 {
			t.Fatalf("%q became %q, which is not of the same form: %v", whole, redacted, err)
		}
		for i, a := range after[:len(before)-1] {
			b := before[i]
			switch b.Kind {
			case lexer.String, lexer.Bytes:
				if a.Kind != b.Kind || a.Value != "redacted" && a.Value != b.Value {
					t.Fatalf("%q became %q, in which %v stands for %v", whole, redacted, a, b)
				}
			default:
				if a.Kind != b.Kind || a.Value != b.Value {
					t.Fatalf("%q became %q, in which %v stands for %v", whole, redacted, a, b)
				}
			}
		}
		if last := after[len(after)-2]; last.Value != "redacted" {
			t.Fatalf("%q became %q", whole, redacted)
		}
	})
}
