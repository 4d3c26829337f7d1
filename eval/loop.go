package eval

import "github.com/expr-lang/expr/ast"

// loop is a function with a predicate, compiled.
type loop struct {
	from code // the collection
	pred *predicate
	last code // the third argument; nil if there is none
}

// loops are the functions that take a predicate; the parser knows which these are, except for own.
var loops = map[string]func(f *frame, l *loop) (any, error){
	"all": all, "any": anyOf, "none": none, "one": one, "count": count,
	"find": find, "findIndex": findIndex, "findLast": findLast, "findLastIndex": findLastIndex,
	"filter": filter, "map": mapping, "sum": sum, "groupBy": groupBy, "sortBy": sortBy, "reduce": reduce,
	"top": top, "freq": freq, "hist": hist,
}

func (c *compiler) loop(n *ast.BuiltinNode) (*loop, error) {
	from, err := c.stream(n.Arguments[0])
	if err != nil {
		return nil, err
	}
	if len(n.Arguments) > 1 && (n.Name == "sortBy" || n.Name == "groupBy") {
		if p, ok := n.Arguments[1].(*ast.PredicateNode); ok {
			if s, ok := p.Node.(*ast.StringNode); ok {
				return nil, at(p.Node).err(fault("type", "%s by a text is by the same for each element", n.Name).with("a field is written .%s", s.Value))
			}
		}
	}
	l := &loop{from: from}
	if len(n.Arguments) > 1 {
		if l.pred, err = c.predicate(n.Arguments[1], &pointers{acc: n.Name == "reduce"}); err != nil {
			return nil, err
		}
	}
	if len(n.Arguments) > 2 {
		if l.last, err = c.compile(n.Arguments[2]); err != nil {
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
func (l *loop) over(f *frame, x any, apart bool, body func(s *scope) (bool, error)) error {
	var s scope
	return f.each(x, apart || l.pred != nil && l.pred.apart, func(i int, key, elem any) (bool, error) {
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

func all(f *frame, l *loop) (any, error) {
	found, err := l.until(f, false, nil)
	return !found, err
}

func anyOf(f *frame, l *loop) (any, error) {
	found, err := l.until(f, true, nil)
	return found, err
}

func none(f *frame, l *loop) (any, error) {
	found, err := l.until(f, true, nil)
	return !found, err
}

func one(f *frame, l *loop) (any, error) {
	n := 0
	err := l.each(f, false, func(s *scope) (bool, error) {
		ok, err := l.pred.test(f, s)
		if ok {
			n++
		}
		return n < 2, err
	})
	return n == 1, err
}

func count(f *frame, l *loop) (any, error) {
	n := 0
	err := l.each(f, false, func(s *scope) (bool, error) {
		ok, err := l.pred.test(f, s)
		if ok {
			n++
		}
		return true, err
	})
	return n, err
}

func find(f *frame, l *loop) (x any, err error) {
	_, err = l.until(f, true, func(s *scope) (err error) {
		x, err = f.hold(s.elem)
		return err
	})
	return x, err
}

func findIndex(f *frame, l *loop) (x any, err error) {
	_, err = l.until(f, true, func(s *scope) error {
		x = s.index
		return nil
	})
	return x, err
}

func findLast(f *frame, l *loop) (any, error) {
	x, _, err := l.backwards(f)
	return x, err
}

func findLastIndex(f *frame, l *loop) (any, error) {
	_, i, err := l.backwards(f)
	return i, err
}

// backwards looks for the last element that passes, from the end of a list; what has no end to
// start from (a map, a pipe) is walked whole. The index is nil if there is none.
func (l *loop) backwards(f *frame) (elem, index any, err error) {
	x, err := l.from(f)
	if err != nil {
		return nil, nil, err
	}
	if _, streamed := x.(*pipe); streamed || !isList(x) {
		kept := f.m.kept
		err := f.each(x, l.pred.apart, func(i int, key, e any) (bool, error) {
			ok, err := l.pred.test(f, &scope{index: i, key: key, elem: e})
			if ok && err == nil {
				f.m.release(kept)
				index = i
				elem, err = f.hold(e)
			}
			return true, err
		})
		return elem, index, err
	}
	n, err := f.length(x)
	if err != nil {
		return nil, nil, err
	}
	for i := n - 1; i >= 0; i-- {
		if err := f.m.tick(1); err != nil {
			return nil, nil, err
		}
		e, err := f.item(x, i)
		if err != nil {
			return nil, nil, err
		}
		ok, err := l.pred.test(f, &scope{index: i, key: unkeyed, elem: e})
		if err != nil {
			return nil, nil, err
		}
		if ok {
			elem, err = f.hold(e)
			return elem, i, err
		}
	}
	return nil, nil, nil
}
