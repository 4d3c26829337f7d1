package eval

import (
	"github.com/expr-lang/expr/ast"

	"github.com/sightglass-go/sightglass/eval/internal/value"
)

var _ = define(collectionFunctions, []function{
	{name: "count", args: "xs, condition", min: 1, max: 2, predicate: 1, fold: count,
		summary: "how many elements meet the condition", example: `count(cache.items, .hits > 10)`},
	{name: "find", args: "xs, condition", min: 2, predicate: 1, fold: find, answers: anElement,
		summary: "the first element that meets the condition, or nil", example: `find(cache.items, .status == "up")`},
	{name: "findIndex", args: "xs, condition", min: 2, predicate: 1, fold: findIndex,
		summary: "the index of the first element that meets the condition", example: `findIndex(nums, # == 1)`},
	{name: "findLast", args: "xs, condition", min: 2, predicate: 1, fold: findLast, answers: anElement,
		summary: "the last element that meets the condition, or nil", example: `findLast(nums, # < 3)`},
	{name: "findLastIndex", args: "xs, condition", min: 2, predicate: 1, fold: findLastIndex,
		summary: "the index of the last element that meets the condition", example: `findLastIndex(nums, # < 3)`},
	{name: "any", args: "xs, condition", min: 2, predicate: 1, fold: anyOf,
		summary: "does any element meet the condition?", example: `any(nums, # > 2)`},
	{name: "all", args: "xs, condition", min: 2, predicate: 1, fold: all,
		summary: "do all elements meet the condition?", example: `all(nums, # > 0)`},
	{name: "none", args: "xs, condition", min: 2, predicate: 1, fold: none,
		summary: "does no element meet the condition?", example: `none(nums, # > 3)`},
	{name: "one", args: "xs, condition", min: 2, predicate: 1, fold: one,
		summary: "does exactly one element meet the condition?", example: `one(nums, # == 1)`},
})

// loop is a call of a function that walks its first argument, compiled.
type loop struct {
	from  code       // the collection
	pred  *predicate // nil if it is left out: the element itself
	other code       // the argument that is neither; nil if there is none
}

func (c *compiler) loop(fn *function, args []ast.Node) (*loop, error) {
	from, err := c.stream(args[0])
	if err != nil {
		return nil, err
	}
	l := &loop{from: from}
	for i, arg := range args[1:] {
		if i+1 == fn.predicate {
			l.pred, err = c.predicateOf(fn, arg)
		} else {
			l.other, err = c.compile(arg)
		}
		if err != nil {
			return nil, err
		}
	}
	return l, nil
}

// each walks the collection with one scope for all elements. apart: what body does needs no
// guard to be held, beside what the predicate needs.
func (l *loop) each(f *frame, apart bool, body func(s *scope) (bool, error)) error {
	x, err := l.from(f)
	if err != nil {
		return err
	}
	return l.over(f, x, apart, body)
}

// over is each for a collection that is known.
func (l *loop) over(f *frame, x value.Value, apart bool, body func(s *scope) (bool, error)) error {
	var s scope
	return value.Each(f.Thread, x, apart || l.pred != nil && l.pred.apart, func(i int, key, elem value.Value) (bool, error) {
		s.index, s.key, s.elem = i, key, elem
		return body(&s)
	})
}

// until walks until the predicate answers stop, and reports whether it did.
func (l *loop) until(f *frame, stop bool, then func(s *scope) error) (found bool, err error) {
	err = l.each(f, false, func(s *scope) (bool, error) {
		ok, err := l.pred.test(f, s)
		if err != nil || ok != stop {
			return true, err
		}
		found = true
		if then != nil {
			err = then(s)
		}
		return false, err
	})
	return found, err
}

func all(f *frame, l *loop) (value.Value, error) {
	found, err := l.until(f, false, nil)
	return value.Bool(!found), err
}

func anyOf(f *frame, l *loop) (value.Value, error) {
	found, err := l.until(f, true, nil)
	return value.Bool(found), err
}

func none(f *frame, l *loop) (value.Value, error) {
	found, err := l.until(f, true, nil)
	return value.Bool(!found), err
}

func one(f *frame, l *loop) (value.Value, error) {
	n := 0
	err := l.each(f, false, func(s *scope) (bool, error) {
		ok, err := l.pred.test(f, s)
		if ok {
			n++
		}
		return n < 2, err
	})
	return value.Bool(n == 1), err
}

func count(f *frame, l *loop) (value.Value, error) {
	n := 0
	err := l.each(f, false, func(s *scope) (bool, error) {
		ok, err := l.pred.test(f, s)
		if ok {
			n++
		}
		return true, err
	})
	return value.Int(n), err
}

func find(f *frame, l *loop) (value.Value, error) {
	var x value.Value = value.Nil
	_, err := l.until(f, true, func(s *scope) (err error) {
		x, err = value.Hold(f.Thread, s.elem)
		return err
	})
	return x, err
}

func findIndex(f *frame, l *loop) (value.Value, error) {
	var x value.Value = value.Nil
	_, err := l.until(f, true, func(s *scope) error {
		x = value.Int(s.index)
		return nil
	})
	return x, err
}

func findLast(f *frame, l *loop) (value.Value, error) {
	x, _, err := l.backwards(f)
	return x, err
}

func findLastIndex(f *frame, l *loop) (value.Value, error) {
	_, i, err := l.backwards(f)
	return i, err
}

// backwards looks for the last element that passes, from the end of a list. What has no end to start from (a map, a
// pipe) is walked whole. Both are Nil if there is none.
func (l *loop) backwards(f *frame) (elem, index value.Value, err error) {
	elem, index = value.Nil, value.Nil
	x, err := l.from(f)
	if err != nil {
		return nil, nil, err
	}
	if value.Streamed(x) || !value.IsList(x) {
		kept := f.Kept()
		err := value.Each(f.Thread, x, l.pred.apart, func(i int, key, e value.Value) (bool, error) {
			ok, err := l.pred.test(f, &scope{index: i, key: key, elem: e})
			if ok && err == nil {
				f.Release(kept)
				index = value.Int(i)
				elem, err = value.Hold(f.Thread, e)
			}
			return true, err
		})
		return elem, index, err
	}
	n, err := value.Len(f.Thread, x)
	if err != nil {
		return nil, nil, err
	}
	for i := n - 1; i >= 0; i-- {
		if err := f.Tick(1); err != nil {
			return nil, nil, err
		}
		e, err := value.Index(f.Thread, x, value.Int(i))
		if err != nil {
			return nil, nil, err
		}
		ok, err := l.pred.test(f, &scope{index: i, key: value.Unkeyed, elem: e})
		if err != nil {
			return nil, nil, err
		}
		if ok {
			elem, err = value.Hold(f.Thread, e)
			return elem, value.Int(i), err
		}
	}
	return value.Nil, value.Nil, nil
}
