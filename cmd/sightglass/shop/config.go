package shop

import (
	"crypto/ed25519"
	"crypto/rand"
	"crypto/x509"
	"encoding/pem"
	"math"
	"strings"
	"time"
)

// Config is what the shop was started with. Its secrets are made up at each start and open nothing.
type Config struct {
	Name     string
	Listen   string
	Timeout  time.Duration
	Features map[string]bool
	Database Database
	APIToken string
	TLSKey   string // PEM
	Headers  map[string]string
	Pin      string `inspect:"secret"`
	Internal string `inspect:"-"`
}

// Database is where the shop keeps its data.
type Database struct {
	Host     string
	User     string
	Password string
	MaxConns int
}

func newConfig() *Config {
	return &Config{
		Name:     "corner shop",
		Listen:   "localhost:8080",
		Timeout:  30 * time.Second,
		Features: map[string]bool{"gift wrap": true, "reviews": false},
		Database: Database{Host: "db.internal", User: "shop", Password: "pw-" + rand.Text(), MaxConns: 20},
		APIToken: "tok-" + rand.Text(),
		TLSKey:   newKey(),
		Headers:  map[string]string{"Accept": "application/json", "Authorization": "Bearer " + rand.Text()},
		Pin:      "pin-" + rand.Text(),
		Internal: "int-" + rand.Text(),
	}
}

func (c *Config) secrets() []string {
	return []string{c.Database.Password, c.APIToken, strings.Split(c.TLSKey, "\n")[1],
		strings.TrimPrefix(c.Headers["Authorization"], "Bearer "), c.Pin, c.Internal}
}

func newKey() string {
	_, key, err := ed25519.GenerateKey(nil)
	if err != nil {
		panic(err)
	}
	der, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		panic(err)
	}
	return string(pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der}))
}

// Limits is what one customer may do.
type Limits struct {
	MaxUpload uint64 // bytes; math.MaxUint64: no limit
	MaxCart   int
	PerMinute float64
	Retry     []time.Duration
}

func newLimits() *Limits {
	return &Limits{
		MaxUpload: math.MaxUint64,
		MaxCart:   50,
		PerMinute: 120,
		Retry:     []time.Duration{100 * time.Millisecond, time.Second, 30 * time.Second},
	}
}
