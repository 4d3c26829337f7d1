package transport

import (
	"errors"
	"net"
	"sync"
)

// pair is two listeners in one.
type pair struct {
	listeners [2]net.Listener
	accepted  chan accepted
	closing   chan struct{}
	close     func() error // once
}

type accepted struct {
	conn net.Conn
	err  error
}

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

func (p *pair) Close() error   { return p.close() }
func (p *pair) Addr() net.Addr { return p.listeners[0].Addr() }
