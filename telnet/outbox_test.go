package telnet

import (
	"bytes"
	"errors"
	"io"
	"net"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/sightglass-go/sightglass/telnet/internal/protocol"
)

// newPipedOutbox returns an outbox on a connection without buffers, and the other end.
func newPipedOutbox(t *testing.T) (o *outbox, there net.Conn, failed chan error) {
	here, there := net.Pipe()
	failed = make(chan error, 1)
	o = newOutbox(here, time.Minute, func(err error) { failed <- err })
	t.Cleanup(func() { here.Close(); there.Close() })
	return o, there, failed
}

func TestOutboxIsBounded(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		o, there, failed := newPipedOutbox(t)
		written, sent := make(chan int, 1), make(chan bool)
		go func() {
			n, _ := o.Write(make([]byte, 10*maxText))
			written <- n
		}()
		go func() {
			defer close(sent)
			for range 10 * maxControl {
				o.send([]byte{protocol.IAC, protocol.NOP})
			}
		}()
		synctest.Wait()
		if len(o.text) > maxText || len(o.control) > maxControl+2 {
			t.Errorf("%d bytes of text and %d of commands are queued", len(o.text), len(o.control))
		}
		time.Sleep(2 * time.Minute) // past the deadline of the write, in the bubble
		if n := <-written; n >= 10*maxText {
			t.Errorf("%d bytes count as written", n)
		}
		<-sent
		var late net.Error
		if err := <-failed; !errors.As(err, &late) || !late.Timeout() {
			t.Errorf("the connection failed with %v", err)
		}
		if err := o.Flush(); err == nil {
			t.Error("flushed without an error")
		}
		there.Close()
	})
}

// Discard drops all text except the maxWrite bytes being written, and no commands.
func TestOutboxDiscards(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		o, there, _ := newPipedOutbox(t)
		o.Write(bytes.Repeat([]byte("x"), maxText))
		synctest.Wait()
		o.send([]byte{protocol.IAC, protocol.WILL, protocol.OptTimingMark})
		// The callback may write at once, and that is not dropped.
		if n := o.Discard(func() { go o.Write([]byte("after\n")) }); n != maxText-maxWrite {
			t.Errorf("%d bytes were discarded", n)
		}
		synctest.Wait()
		got := make(chan string)
		go func() {
			b, _ := io.ReadAll(there)
			got <- string(b)
		}()
		if err := o.Flush(); err != nil {
			t.Error(err)
		}
		o.conn.Close()
		if got, want := <-got, strings.Repeat("x", maxWrite)+"\xff\xfb\x06after\r\n"; got != want {
			t.Errorf("%d bytes came, ending in %q", len(got), got[max(0, len(got)-20):])
		}
		if o.text != nil || o.control != nil || o.sending {
			t.Error("an idle outbox holds something")
		}
	})
}

// TestOutboxAfterFailure: what waits for Release while a write fails is not sent behind the gap that
// this leaves.
func TestOutboxAfterFailure(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		o, there, failed := newPipedOutbox(t)
		defer there.Close()
		o.Write([]byte("first"))
		synctest.Wait() // it is being written
		if !o.Hold() {
			t.Fatal("nothing else waits to be sent")
		}
		o.Write([]byte("second"))
		time.Sleep(2 * time.Minute)
		synctest.Wait()
		<-failed
		o.Release()
		synctest.Wait()
		select {
		case err := <-failed:
			t.Errorf("it failed again: %v", err)
		default:
		}
	})
}
