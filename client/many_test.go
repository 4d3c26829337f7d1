package client

import (
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"testing"

	_ "github.com/sightglass-go/sightglass/internal/attack"
	"github.com/sightglass-go/sightglass/telnet"
)

func TestNoMajority(t *testing.T) {
	all := []answered{}
	for _, value := range []string{`{"a":1,"b c":[1,2]}`, `{"a":2,"b c":[1]}`, `[3]`} {
		all = append(all, answered{"t" + strconv.Itoa(len(all)), &telnet.Answer{Value: json.RawMessage(value)}, nil})
	}
	var b strings.Builder
	if err := new(evaluate).diff(&b, all); err != nil {
		t.Fatal(err)
	}
	want := `no majority: 3 different answers, at most 1 agree; compared with t0
t1
  .a: 2; t0 has 1
  ["b c"][1]: missing; t0 has 2
t2
  value: [3]; t0 has {"a":1,"b c":[1,2]}
`
	if got := b.String(); got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
}

func TestValueOf(t *testing.T) {
	for _, tc := range []struct{ value, want string }{
		{`"\u001b"`, `"\x1b"`},
		{`[null,true,"a",-9223372036854775808,18446744073709551615,1.5,1e3]`, `[]interface {}{interface {}(nil), true, "a", -9223372036854775808, 0xffffffffffffffff, 1.5, 1000}`},
		{`[18446744073709551616,1e400]`, `[]interface {}{"18446744073709551616", "1e400"}`}, // no number of Go's is that
		{`{"s":{"…":{"name":"Running","value":1}}}`, `map[string]interface {}{"s":"Running"}`},
		{`{"…":{"redacted":true}}`, `"<redacted>"`},
		{`{"…":{"hex":"1f"}}`, `"1f"`},
		{`{"…":{"len":3,"cap":10}}`, `map[string]interface {}{"cap":10, "len":3}`},
		{`{"…":{"torn":true,"value":7}}`, `7`},
		{`{"……":1}`, `map[string]interface {}{"…":1}`},
		{`{"a":[1,{"…":{"more":3}}]}`, `the answer is not whole at .a[1]; ask for less of it, or raise --depth`},
		{`{"a":1,"…":{"more":3}}`, `the answer is not whole at its top; ask for less of it, or raise --depth`},
		{`{"a":{"…":{"len":3}}}`, `the answer is not whole at .a; ask for less of it, or raise --depth`},
		{`{"a":{"…":{"text":"ab","more":3}}}`, `the answer is not whole at .a; ask for less of it, or raise --depth`},
		{`{"a":{"…":{"error":"gone"}}}`, `the answer is not whole at .a; ask for less of it, or raise --depth`},
	} {
		got, err := valueOf(json.RawMessage(tc.value))
		said := fmt.Sprintf("%#v", got)
		if err != nil {
			said = err.Error()
		}
		if said != tc.want {
			t.Errorf("%s:\n got %s\nwant %s", tc.value, said, tc.want)
		}
	}
}

func TestOutcome(t *testing.T) {
	down, wrong := errors.New("down"), &telnet.Error{Code: "type"}
	for _, tc := range []struct {
		errs []error
		code int
		text string
	}{
		{[]error{nil, nil}, exitOK, ""},
		{[]error{nil, down}, exitNoConnect, "1 of 2 targets answered"},
		{[]error{down, down, nil}, exitNoConnect, "1 of 3 targets answered"},
		{[]error{nil, down, wrong}, exitError, "1 of 3 targets answered"},
		{[]error{wrong}, exitError, "0 of 1 target answered"},
	} {
		var all []answered
		for _, err := range tc.errs {
			all = append(all, answered{err: err})
		}
		err := outcome(all)
		if exitCode(err) != tc.code || err != nil && errorText(err) != tc.text {
			t.Errorf("%v: exit code %d, %v, want %d, %s", tc.errs, exitCode(err), err, tc.code, tc.text)
		}
	}
}

func TestDiffOfSecrets(t *testing.T) {
	for value, hides := range map[string]bool{`{"a":[{"key":{"…":{"redacted":true}}}]}`: true, `{"redacted":true}`: false} {
		all := []answered{{target: "a", Answer: &telnet.Answer{Value: json.RawMessage(value)}}, {target: "b", Answer: &telnet.Answer{Value: json.RawMessage(value)}}}
		var out, told strings.Builder
		e := new(evaluate)
		if err := e.diff(&out, all); err != nil {
			t.Fatal(err)
		}
		e.tellErrors(&told, all, false)
		if got := strings.Count(told.String(), "redacted values were not compared"); (got == 1) != hides || got > 1 {
			t.Errorf("%s: %s%s", value, out.String(), told.String())
		}
	}
}
