package process

import (
	"bytes"
	"errors"
	"runtime/trace"
	"sync"
)

// Recorder is the runtime's flight recorder: it keeps what the scheduler did in the last seconds.
// Its zero value is off; it must not be copied. While it is on it takes a few per cent of the
// processors.
type Recorder struct {
	mu   sync.Mutex
	on   *trace.FlightRecorder // nil if it is off
	file []byte                // the last snapshot, for go tool trace

	ended bool `inspect:"-"` // it stays off
}

// Start turns the recorder on. It is an error if it is on, or the application has one of its own.
func (r *Recorder) Start() error {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.ended {
		return errors.New("the application has withdrawn the recorder")
	}
	if r.on != nil {
		return errors.New("the recorder is on: go.recorder.Snapshot() has what it recorded")
	}
	on := trace.NewFlightRecorder(trace.FlightRecorderConfig{})
	if err := on.Start(); err != nil {
		return err
	}
	r.on = on
	return nil
}

// Snapshot puts what was recorded into the field file, and returns how many bytes that are.
func (r *Recorder) Snapshot() (int, error) {
	r.mu.Lock()
	on := r.on
	r.mu.Unlock()
	if on == nil {
		return 0, errors.New("the recorder is off: go.recorder.Start() turns it on")
	}
	var out bytes.Buffer
	if _, err := on.WriteTo(&out); err != nil {
		return 0, err
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.file = out.Bytes()
	return len(r.file), nil
}

// Stop turns the recorder off. The last snapshot stays.
func (r *Recorder) Stop() {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.stop()
}

// End turns the recorder off for good.
func (r *Recorder) End() {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.stop()
	r.ended = true
}

// stop is called with mu held.
func (r *Recorder) stop() {
	if r.on != nil {
		r.on.Stop()
		r.on = nil
	}
}
