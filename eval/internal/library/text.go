package library

import (
	"encoding/base64"
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/expr-lang/expr/builtin"

	"github.com/sightglass-go/sightglass/eval/internal/fault"
	"github.com/sightglass-go/sightglass/eval/internal/machine"
	"github.com/sightglass-go/sightglass/eval/internal/meter"
	"github.com/sightglass-go/sightglass/eval/internal/value"
	"github.com/sightglass-go/sightglass/inspect"
	"github.com/sightglass-go/sightglass/internal/text"
)

var _ = define(TextFunctions, []Function{
	{Name: "string", Args: "x", Min: 1, Reads: Composites, Run: toString,
		Summary: "x as text, as it is shown; of bytes their text", Example: `string(cache.items.ax.payload)`},
	{Name: "upper", Args: "s", Min: 1, Run: upper,
		Summary: "in upper case", Example: `upper("up")`},
	{Name: "lower", Args: "s", Min: 1, Run: lower,
		Summary: "in lower case", Example: `lower("UP")`},
	{Name: "trim", Args: "s, chars", Min: 1, Max: 2, Run: trim,
		Summary: "without white space, or those characters, at both ends", Example: `trim("  x ")`},
	{Name: "trimPrefix", Args: "s, prefix", Min: 1, Max: 2, Run: onStrings("trimPrefix"),
		Summary: "without that beginning", Example: `trimPrefix("sku-7", "sku-")`},
	{Name: "trimSuffix", Args: "s, suffix", Min: 1, Max: 2, Run: onStrings("trimSuffix"),
		Summary: "without that end", Example: `trimSuffix("a.go", ".go")`},
	{Name: "hasPrefix", Args: "s, prefix", Min: 2, Run: onStrings("hasPrefix"),
		Summary: "does s begin with that?", Example: `hasPrefix("sku-7", "sku-")`},
	{Name: "hasSuffix", Args: "s, suffix", Min: 2, Run: onStrings("hasSuffix"),
		Summary: "does s end with that?", Example: `hasSuffix("a.go", ".go")`},
	{Name: "split", Args: "s, separator, n", Min: 2, Max: 3, Run: split,
		Summary: "the parts between separators, n at most", Example: `split("a,b", ",")`},
	{Name: "splitAfter", Args: "s, separator, n", Min: 2, Max: 3, Run: splitAfter,
		Summary: "the parts with their separators", Example: `splitAfter("a,b", ",")`},
	{Name: "replace", Args: "s, old, new, n", Min: 3, Max: 4, Run: replace,
		Summary: "another text in place of one", Example: `replace("a-b", "-", "+")`},
	{Name: "repeat", Args: "s, n", Min: 2, Run: repeat,
		Summary: "s, n times", Example: `repeat("ab", 2)`},
	{Name: "indexOf", Args: "s, part", Min: 2, Run: indexOf,
		Summary: "where a text is in s; -1 if nowhere", Example: `indexOf("abc", "c")`},
	{Name: "lastIndexOf", Args: "s, part", Min: 2, Run: lastIndexOf,
		Summary: "where it is last", Example: `lastIndexOf("abcb", "b")`},
	{Name: "toJSON", Args: "x", Min: 1, Reads: Streams, Run: toJSON,
		Summary: "x as JSON, all of it; durations in nanoseconds", Example: `toJSON([1, "a"])`},
	{Name: "fromJSON", Args: "s", Min: 1, Run: fromJSON,
		Summary: "what JSON says", Example: `fromJSON("[1, 2]")`},
	{Name: "toBase64", Args: "s", Min: 1, Run: toBase64,
		Summary: "s in base64", Example: `toBase64("hi")`},
	{Name: "fromBase64", Args: "s", Min: 1, Run: onStrings("fromBase64"),
		Summary: "what base64 says", Example: `fromBase64("aGk=")`},
})

// onStrings is expr-lang's own function on strings. It charges for the answer, which is no longer
// than the first argument.
func onStrings(name string) func(f *machine.Frame, args []value.Value) (value.Value, error) {
	fn := builtin.Builtins[builtin.Index[name]]
	return func(f *machine.Frame, args []value.Value) (value.Value, error) {
		texts := make([]any, len(args))
		for i, arg := range args {
			s, err := stringArgument(f, name, i+1, arg)
			if err != nil {
				return nil, err
			}
			texts[i] = s
		}
		if err := f.KeepText(len(texts[0].(string))); err != nil {
			return nil, err
		}
		x, err := fn.Func(texts...)
		if err != nil {
			return nil, fault.New("arguments", "%s: %v", name, err).Because(err)
		}
		if s, ok := x.(string); ok {
			// What is without its prefix is a part, and would keep the whole alive.
			return value.String(strings.Clone(s)), nil
		}
		return value.Of(x), nil
	}
}

// stringArgument is argument n of a function that takes text: a string or bytes.
func stringArgument(f *machine.Frame, name string, n int, x value.Value) (string, error) {
	s, ok, err := value.TextOf(&f.Thread, x)
	if err != nil {
		return "", err
	}
	if !ok {
		return "", value.WrongArgument(name, n, "a string", x)
	}
	return s, nil
}

// convert converts a text rune by rune, in chunks.
func convert(f *machine.Frame, name string, x value.Value, to func(string) string) (value.Value, error) {
	s, err := stringArgument(f, name, 1, x)
	if err != nil {
		return nil, err
	}
	var out meter.Builder
	err = meter.Chunks(s, func(part string) error {
		// A step for each byte: converting takes longer than copying.
		if err := f.Tick(len(part)); err != nil {
			return err
		}
		return out.Add(f.Meter, to(part))
	})
	return value.String(out.String()), err
}

func toBase64(f *machine.Frame, args []value.Value) (value.Value, error) {
	s, err := stringArgument(f, "toBase64", 1, args[0])
	if err != nil {
		return nil, err
	}
	var out meter.Builder
	for len(s) > 0 && err == nil {
		n := min(len(s), meter.TextChunk)
		err = out.Add(f.Meter, base64.StdEncoding.EncodeToString([]byte(s[:n])))
		s = s[n:]
	}
	return value.String(out.String()), err
}

func indexOf(f *machine.Frame, args []value.Value) (value.Value, error) {
	return positionOf(f, "indexOf", args, f.Index)
}

func lastIndexOf(f *machine.Frame, args []value.Value) (value.Value, error) {
	return positionOf(f, "lastIndexOf", args, f.LastIndex)
}

// positionOf is where find finds the second argument in the first, -1 for nowhere.
func positionOf(f *machine.Frame, name string, args []value.Value, find func(s, part string) (int, error)) (value.Value, error) {
	s, err := stringArgument(f, name, 1, args[0])
	if err != nil {
		return nil, err
	}
	part, err := stringArgument(f, name, 2, args[1])
	if err != nil {
		return nil, err
	}
	at, err := find(s, part)
	return value.Int(at), err
}

// maxTrimmed bounds the characters that trim takes, in bytes.
const maxTrimmed = 4 << 10

// trim is trim(s) or trim(s, chars). strings.Trim would compare each character of s with all of
// chars.
func trim(f *machine.Frame, args []value.Value) (value.Value, error) {
	s, err := stringArgument(f, "trim", 1, args[0])
	if err != nil {
		return nil, err
	}
	in := unicode.IsSpace
	if len(args) == 2 {
		chars, err := stringArgument(f, "trim", 2, args[1])
		if err != nil {
			return nil, err
		}
		if len(chars) > maxTrimmed {
			return nil, fault.New("range", "trim takes at most %s of characters", text.Bytes(maxTrimmed))
		}
		set := make(map[rune]bool)
		for _, r := range chars {
			set[r] = true
		}
		in = func(r rune) bool { return set[r] }
	}
	for _, next := range []struct {
		rune func(string) (rune, int)
		rest func(n int) string
	}{
		{utf8.DecodeRuneInString, func(n int) string { return s[n:] }},
		{utf8.DecodeLastRuneInString, func(n int) string { return s[:len(s)-n] }},
	} {
		for r, n := next.rune(s); n > 0 && in(r); r, n = next.rune(s) {
			if err := f.Tick(1); err != nil {
				return nil, err
			}
			s = next.rest(n)
		}
	}
	if err := f.KeepText(len(s)); err != nil {
		return nil, err
	}
	// A part would keep the whole alive.
	return value.String(strings.Clone(s)), nil
}

func upper(f *machine.Frame, args []value.Value) (value.Value, error) {
	return convert(f, "upper", args[0], strings.ToUpper)
}
func lower(f *machine.Frame, args []value.Value) (value.Value, error) {
	return convert(f, "lower", args[0], strings.ToLower)
}

func split(f *machine.Frame, args []value.Value) (value.Value, error) {
	return splitText(f, "split", args, false)
}
func splitAfter(f *machine.Frame, args []value.Value) (value.Value, error) {
	return splitText(f, "splitAfter", args, true)
}

// splitText cuts a string at a separator, or between all runes for "". If n > 0, the last of n
// parts is the rest; n < 0 is no limit.
func splitText(f *machine.Frame, name string, args []value.Value, after bool) (value.Value, error) {
	s, err := stringArgument(f, name, 1, args[0])
	if err != nil {
		return nil, err
	}
	sep, err := stringArgument(f, name, 2, args[1])
	if err != nil {
		return nil, err
	}
	n := -1
	if len(args) == 3 {
		if n, err = value.ToInt(name, args[2]); err != nil {
			return nil, err
		}
	}
	parts := value.List{}
	if n == 0 {
		return parts, nil
	}
	for n < 0 || len(parts) < n-1 {
		part, rest, found, err := nextPart(f, s, sep, after)
		if err != nil {
			return nil, err
		}
		if !found {
			break
		}
		// Allocating a part takes some steps.
		if err := f.Tick(8 + len(part)/meter.BytesPerStep); err != nil {
			return nil, err
		}
		if err := f.Keep(2*meter.ElementSize + len(part)); err != nil {
			return nil, err
		}
		// A part alone would keep the whole alive.
		parts, s = append(parts, value.String(strings.Clone(part))), rest
	}
	if sep == "" && s == "" {
		return parts, nil
	}
	if err := f.KeepText(len(s)); err != nil {
		return nil, err
	}
	return append(parts, value.String(strings.Clone(s))), nil
}

// nextPart cuts off the part before the next separator.
func nextPart(f *machine.Frame, s, sep string, after bool) (part, rest string, found bool, err error) {
	if sep == "" {
		_, n := utf8.DecodeRuneInString(s)
		return s[:n], s[n:], n > 0 && n < len(s), nil
	}
	i, err := f.Index(s, sep)
	if i < 0 || err != nil {
		return "", "", false, err
	}
	end := i
	if after {
		end = i + len(sep)
	}
	return s[:end], s[i+len(sep):], true, nil
}

func replace(f *machine.Frame, args []value.Value) (value.Value, error) {
	var texts [3]string
	for i := range texts {
		var err error
		if texts[i], err = stringArgument(f, "replace", i+1, args[i]); err != nil {
			return nil, err
		}
	}
	n := -1
	if len(args) == 4 {
		var err error
		if n, err = value.ToInt("replace", args[3]); err != nil {
			return nil, err
		}
	}
	s, old := texts[0], texts[1]
	if old == "" {
		return nil, fault.New("arguments", "replace needs something to look for")
	}
	var out meter.Builder
	for ; n != 0; n-- {
		at, err := f.Index(s, old)
		if err != nil {
			return nil, err
		}
		if at < 0 {
			break
		}
		for _, part := range []string{s[:at], texts[2]} {
			if err := out.Add(f.Meter, part); err != nil {
				return nil, err
			}
		}
		s = s[at+len(old):]
	}
	err := out.Add(f.Meter, s)
	return value.String(out.String()), err
}

func repeat(f *machine.Frame, args []value.Value) (value.Value, error) {
	s, err := stringArgument(f, "repeat", 1, args[0])
	if err != nil {
		return nil, err
	}
	n, err := value.ToInt("repeat", args[1])
	if err != nil {
		return nil, err
	}
	if n < 0 {
		return nil, fault.New("range", "repeat(s, %d) is not possible", n)
	}
	if len(s) > 0 && n > meter.MaxText/len(s) {
		return nil, f.KeepText(meter.MaxText + 1)
	}
	if err := f.KeepText(len(s) * n); err != nil {
		return nil, err
	}
	return value.String(strings.Repeat(s, n)), nil
}

// toString is string(x): a scalar as Go prints it, bytes as text, a composite on one line as the
// prompt shows it.
func toString(f *machine.Frame, args []value.Value) (value.Value, error) {
	x := args[0]
	if err := value.Refuse(x); err != nil {
		return nil, err
	}
	if s, ok, err := value.TextOf(&f.Thread, x); ok || err != nil {
		return value.String(s), err
	}
	var s string
	if scalar, ok := x.(value.Scalar); ok {
		s = fmt.Sprint(scalar.Go())
	} else {
		n := value.Picture(&f.Thread, x, f.Show, "")
		if _, live := x.(value.Live); live {
			n.Mark &^= inspect.Copied // text does not say what it is a copy of
		}
		s = n.Line(meter.TextChunk)
	}
	return value.String(s), f.KeepText(len(s))
}
