package access

import (
	"fmt"
	"math/bits"
	"reflect"
	"slices"
	"strings"

	"github.com/sightglass-go/sightglass/inspect"
)

// patterns is a set of dotted paths with wildcards, matched step by step on the way down from an
// object: a set of positions (a trail) goes along with each View, so that matching costs nothing
// per level below.
type patterns struct {
	steps []string // of all patterns, one after the other
	first trail    // where a pattern begins
	last  trail    // where one ends
}

// trail is a set of positions in patterns.steps: what may match next.
type trail uint64

// maxSteps is what a trail has room for.
const maxSteps = 64

// add adds the patterns that an option was given.
func (p *patterns) add(option string, list []string) error {
	for _, s := range list {
		steps := strings.Split(s, ".")
		for _, step := range steps {
			if step == "" {
				return fmt.Errorf("%s(%q) has an empty step", option, s)
			}
		}
		if len(p.steps)+len(steps) > maxSteps {
			return fmt.Errorf("the patterns of %s have more than %d steps in all; use wildcards, or struct tags", option, maxSteps)
		}
		p.first |= 1 << len(p.steps)
		p.steps = append(p.steps, steps...)
		p.last |= 1 << (len(p.steps) - 1)
	}
	return nil
}

// list is the patterns as they were given, sorted.
func (p *patterns) list() (list []string) {
	begin := 0
	for i := range p.steps {
		if p.last&(1<<i) != 0 {
			list = append(list, strings.Join(p.steps[begin:i+1], "."))
			begin = i + 1
		}
	}
	slices.Sort(list)
	return list
}

// step follows name from at: what may match next, and the ends that were reached.
func (p *patterns) step(at trail, name string) (next, ends trail) {
	for rest := at; rest != 0; rest &= rest - 1 {
		i := bits.TrailingZeros64(uint64(rest))
		if !glob(p.steps[i], name) {
			continue
		}
		if bit := trail(1) << i; p.last&bit != 0 {
			ends |= bit
		} else {
			next |= bit << 1
		}
	}
	return next, ends
}

// reaches reports whether a pattern that is at one of these positions may end at something below a
// value of type t. What an interface holds may have any fields.
func (p *patterns) reaches(at trail, t reflect.Type) bool { return at != 0 && p.reachesAt(at, t, 0) }

func (p *patterns) reachesAt(at trail, t reflect.Type, depth int) bool {
	if at == 0 {
		return false
	}
	if depth > maxPromoted {
		return true
	}
	switch t.Kind() {
	case reflect.Interface:
		return true
	case reflect.Pointer:
		return p.reachesAt(at, t.Elem(), depth+1)
	case reflect.Slice, reflect.Array:
		at = p.indexes(at)
		return at&p.last != 0 || p.reachesAt((at&^p.last)<<1, t.Elem(), depth+1)
	case reflect.Map:
		return at&p.last != 0 || p.reachesAt((at&^p.last)<<1, t.Elem(), depth+1)
	case reflect.Struct:
		for _, f := range inspect.Fields(t) {
			next, ends := p.step(at, f.Name)
			if f.GoName != f.Name {
				more, too := p.step(at, f.GoName)
				next, ends = next|more, ends|too
			}
			if f.Embedded {
				next |= at
			}
			if ends != 0 || p.reachesAt(next, f.Type, depth+1) {
				return true
			}
		}
	}
	return false
}

// indexes are those of the positions at which a step may be the index of an element.
func (p *patterns) indexes(at trail) (some trail) {
	for rest := at; rest != 0; rest &= rest - 1 {
		i := bits.TrailingZeros64(uint64(rest))
		if strings.Trim(p.steps[i], "*0123456789") == "" {
			some |= 1 << i
		}
	}
	return some
}

// glob reports whether all of name matches pattern, in which * stands for any run of characters.
func glob(pattern, name string) bool {
	head, tail, star := strings.Cut(pattern, "*")
	if !star {
		return pattern == name
	}
	if !strings.HasPrefix(name, head) {
		return false
	}
	name = name[len(head):]
	for {
		middle, rest, star := strings.Cut(tail, "*")
		if !star {
			return strings.HasSuffix(name, tail)
		}
		i := strings.Index(name, middle)
		if i < 0 {
			return false
		}
		name, tail = name[i+len(middle):], rest
	}
}
