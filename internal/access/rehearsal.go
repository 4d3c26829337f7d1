package access

import (
	"slices"
	"time"

	"github.com/sightglass-go/sightglass/inspect"
)

// rehearsal reads what the next chunk of a walk will read, without the guard, and forgets it. The chunk
// then finds its memory in the processor's cache, and so holds the guard for a fraction of the time. It
// is for guards that others fight for: whoever waited for one meanwhile has filled the cache.
type rehearsal struct {
	cursor  inspect.Cursor
	columns []column // that were read in the last chunk
	column  inspect.Column
	due     bool // the next chunk is to be rehearsed
	done    bool // it was
	met     int  // how many entries the walk had taken when that chunk began
}

// column is a column of a batch.
type column struct {
	path *inspect.FieldPath
	key  bool
}

// maxColumns bounds the columns that are rehearsed.
const maxColumns = 8

// begin notes that a chunk begins, behind that many entries, and reports whether it was rehearsed. A nil
// rehearsal notes nothing.
func (r *rehearsal) begin(met int) (rehearsed bool) {
	if r == nil {
		return false
	}
	rehearsed = r.done
	r.columns, r.met, r.done = r.columns[:0], met, false
	return rehearsed
}

// reads notes that a batch reads a column.
func (r *rehearsal) reads(path *inspect.FieldPath, key bool) {
	if c := (column{path, key}); r != nil && len(r.columns) < maxColumns && !slices.Contains(r.columns, c) {
		r.columns = append(r.columns, c)
	}
}

// rest waits until the guard may be taken again. If that takes a while, because others wanted the guard,
// the next chunk is rehearsed.
func (w *walk) rest() error {
	v := w.of
	if v.policy.Frozen || v.policy.Owner != nil {
		return nil
	}
	k := v.lock()
	if k == nil {
		return nil
	}
	if rested, err := v.visit.guards.Rest(k); err != nil || !rested || w.batches == nil {
		return err
	}
	if w.rehearsal == nil {
		w.rehearsal = new(rehearsal)
		return nil
	}
	w.rehearsal.due = true
	return nil
}

// rehearse rehearses the next chunk if it is due.
func (w *walk) rehearse() {
	if w.batches == nil || w.rehearsal == nil || !w.rehearsal.due {
		return
	}
	v, r := w.of, w.rehearsal
	r.due = false
	if len(r.columns) == 0 || !r.cursor.Rehearse(w.cursor) {
		return
	}
	// What is faster now reads more. A rehearsal takes no longer than a hold.
	end := time.Now().Add(v.visit.pace.Hold())
	took := w.met - r.met
	for left := took + took/4 + firstLanes; left > 0 && time.Now().Before(end); {
		b, err := r.cursor.LoadBatch(min(left, w.most()))
		if b == nil || err != nil {
			return // the chunk tells of the error, if it meets it too
		}
		if b.Len() == 0 {
			left--
		}
		for _, c := range r.columns {
			b.Read(c.path, c.key, nil, maxBatchText, &r.column)
		}
		left -= b.Len()
		r.done = true
	}
}
