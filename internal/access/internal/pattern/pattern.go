// Package pattern matches dotted paths with wildcards, such as users.*.card, against the steps from
// an exposed object down to a value. A step is the name of a field, the key of a map or the index
// of a list; * stands for any run of characters within a step.
package pattern

import (
	"fmt"
	"math/bits"
	"reflect"
	"slices"
	"strings"

	"github.com/sightglass-go/sightglass/inspect"
)

// Set is a set of patterns. Matching goes down step by step: a [Trail] says how far each pattern
// has matched, so that a step costs the same on every level. The zero Set matches nothing.
type Set struct {
	steps []string // of all patterns, one pattern after the other
	first Trail    // the first step of each pattern
	last  Trail    // the last step of each pattern
}

// Trail is a set of steps of a Set, one bit each: those that may match next. 0 matches nothing.
type Trail uint64

// maxSteps is the number of bits of a Trail.
const maxSteps = 64

// maxDepth bounds how deep Reaches looks into a type.
const maxDepth = 8

// Start returns the trail at the exposed object.
func (p *Set) Start() Trail { return p.first }

// Ends returns the last step of each pattern.
func (p *Set) Ends() Trail { return p.last }

// Add adds the patterns that were given to the option of that name.
func (p *Set) Add(option string, list []string) error {
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

// List returns the patterns as they were given, sorted.
func (p *Set) List() (list []string) {
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

// Step takes the step called name from at. It returns the steps that may match next, and the last
// steps that name matched: if there are any, what was reached matches a pattern.
func (p *Set) Step(at Trail, name string) (next, ends Trail) {
	for rest := at; rest != 0; rest &= rest - 1 {
		i := bits.TrailingZeros64(uint64(rest))
		if !glob(p.steps[i], name) {
			continue
		}
		if bit := Trail(1) << i; p.last&bit != 0 {
			ends |= bit
		} else {
			next |= bit << 1
		}
	}
	return next, ends
}

// StepAny takes a step from at of which every name matches the same, and returns the steps that may
// match next. ok is false if the name decides what matches.
func (p *Set) StepAny(at Trail) (next Trail, ok bool) {
	for rest := at; rest != 0; rest &= rest - 1 {
		if strings.Trim(p.steps[bits.TrailingZeros64(uint64(rest))], "*") != "" {
			return 0, false
		}
	}
	next, _ = p.Step(at, "")
	return next, true
}

// Reaches reports whether a pattern may match something below a value of type t that is reached
// with the trail at. Anything may lie below an interface.
func (p *Set) Reaches(at Trail, t reflect.Type) bool { return at != 0 && p.reachesAt(at, t, 0) }

func (p *Set) reachesAt(at Trail, t reflect.Type, depth int) bool {
	if at == 0 {
		return false
	}
	if depth > maxDepth {
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
			next, ends := p.Step(at, f.Name)
			if f.GoName != f.Name {
				more, too := p.Step(at, f.GoName)
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

// indexes returns the steps of at that may match the index of an element.
func (p *Set) indexes(at Trail) (indexes Trail) {
	for rest := at; rest != 0; rest &= rest - 1 {
		i := bits.TrailingZeros64(uint64(rest))
		if strings.Trim(p.steps[i], "*0123456789") == "" {
			indexes |= 1 << i
		}
	}
	return indexes
}

// glob reports whether name matches pattern.
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
