package inspect

import (
	"reflect"
)

// Found is a place that was asked for, or one that a Reach leaves to its caller.
type Found struct {
	// ID is that of the type of a piece that Met, or a Search, wanted; of what leads to the memory that is
	// searched 0, and of a place that is to be walked by the caller -1.
	ID    int
	Base  int // of a Search: where the Steps begin; -1 of a Lost place
	Steps []ReachStep
	// Of a Search: the place was found, but the way there goes on elsewhere by now from where Steps lead.
	Changed bool
	// Of a place with too many steps: where it lies, and the state that rules gave it.
	Lost  Value
	State uint32
}

// ReachStep is a step of the way to a place.
type ReachStep struct {
	Kind  ReachStepKind
	Index int   // of a field or an element; of a key which of the map's it is, -1 if that is not known
	Value Value // where it leads; not of a field
	Key   Value // of an entry
}

// ReachStepKind is what a step leads through.
type ReachStepKind uint8

const (
	ElemStep ReachStepKind = iota
	FieldStep
	IndexStep
	EntryStep
	KeyStep
)

// ask adds a place to those that the caller sees to: that of o in the value of the last frame, or if
// o is nil that which the last frame leads to.
func (r *Reach) ask(id int, o *leadOp) {
	found := Found{ID: id}
	if len(r.stack) > maxReachWay {
		// Nobody types such a path.
		f := &r.stack[len(r.stack)-1]
		if id >= 0 || o == nil || f.p == nil {
			return
		}
		found.Lost, found.State = placed(o.typ, f.addr+f.i*f.p.size+o.off), o.state
		r.asked = append(r.asked, found)
		return
	}
	for i := range r.stack {
		f := &r.stack[i]
		last := i == len(r.stack)-1
		if f.how == enterLost {
			found.Steps, found.Lost = nil, Value{}
			if f.p != nil {
				found.Lost, found.State = placed(f.p.typ, f.addr), f.p.state
			}
		} else if f.over == nil && f.how != enterStart {
			found.Steps = r.enter(found.Steps, f, i)
		}
		if f.p == nil {
			continue // of a map, or of what is being covered
		}
		via := o
		if !last {
			if via = nil; f.op > 0 {
				via = &f.p.ops[f.op-1]
			}
			if next := r.stack[i+1].how; next == enterStart {
				// Another walk began here.
				found.Steps, found.Lost, via = nil, Value{}, nil
			}
		}
		if via == nil {
			continue
		}
		base := f.addr + f.i*f.p.size
		for _, h := range via.route {
			if h.field {
				found.Steps = append(found.Steps, ReachStep{Kind: FieldStep, Index: h.index})
			} else {
				found.Steps = append(found.Steps, ReachStep{Kind: IndexStep, Index: h.index, Value: placed(h.typ, base+h.off)})
			}
		}
	}
	r.asked = append(r.asked, found)
}

// enter appends the step by which f was entered, the frame with that number.
func (r *Reach) enter(steps []ReachStep, f *frame, i int) []ReachStep {
	if f.box != nil {
		in := Value{typ: f.box, ref: here.memory.At(f.addr), mark: Racy, how: fixed | word}
		if f.m != nil {
			return append(steps, ReachStep{Kind: ElemStep, Value: in})
		}
		steps = append(steps, ReachStep{Kind: ElemStep, Value: in})
	}
	switch f.how {
	case enterElem:
		steps = append(steps, ReachStep{Kind: ElemStep, Value: placed(f.p.typ, f.addr)})
	case enterIndex:
		steps = append(steps, ReachStep{Kind: IndexStep, Index: int(f.i), Value: placed(f.p.typ, f.addr+f.i*f.p.size)})
	case enterKey:
		steps = append(steps, ReachStep{Kind: KeyStep, Index: -1, Value: placed(f.p.typ, f.addr)})
	case enterEntry:
		up := &r.stack[i-1]
		step := ReachStep{Kind: EntryStep, Value: placed(f.p.typ, f.addr)}
		if at := up.i - 1; up.m != nil { // its slot has been counted already
			if key, _, ok := up.m.layout.Slot(up.addr, at); ok {
				step.Key = placed(up.m.typ.Key(), key)
			}
		}
		steps = append(steps, step)
	}
	return steps
}

// placed is the value of type t at a bare address.
func placed(t reflect.Type, addr uintptr) Value {
	return Value{typ: t, ref: here.memory.At(addr), mark: Racy}
}
