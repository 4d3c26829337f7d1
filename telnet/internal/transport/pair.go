package transport

import (
	"errors"
	"net"
	"sync"
)

// pair is two listeners in one.
type pair struct {
	listeners [2]net.Listener
	accepted  chan accepted // from both
	closing   chan struct{} // closed by Close
	close     func() error  // only the first call does anything
}

// accepted is what an Accept has returned.
type accepted struct {
	conn net.Conn
	err  error
}

// newPair returns the pair of a and b, and accepts from both.
func newPair(a, b net.Listener) *pair {
	p := &pair{listeners: [2]net.Listener{a, b}, accepted: make(chan accepted), closing: make(chan struct{})}
	KeepUrgent(a)
	KeepUrgent(b)
	var accepting sync.WaitGroup
	for _, l := range p.listeners {
		accepting.Go(func() { p.run(l) })
	}
	p.close = sync.OnceValue(func() error {
		close(p.closing)
		err := errors.Join(a.Close(), b.Close())
		accepting.Wait()
		return err
	})
	return p
}

// run accepts from l until Close.
func (p *pair) run(l net.Listener) {
	for {
		conn, err := l.Accept()
		select {
		case p.accepted <- accepted{conn, err}:
		case <-p.closing:
			if err == nil {
				conn.Close()
			}
			return
		}
	}
}

func (p *pair) Accept() (net.Conn, error) {
	select {
	case a := <-p.accepted:
		return a.conn, a.err
	case <-p.closing:
		return nil, net.ErrClosed
	}
}

func (p *pair) Close() error { return p.close() }

// Addr returns the address of the first listener.
func (p *pair) Addr() net.Addr { return p.listeners[0].Addr() }
