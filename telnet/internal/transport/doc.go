// Package transport opens listeners, and makes listeners and connections of any type safe to use: a
// panic in a method is an error, deadlines hold, and urgent data stays in the stream.
package transport
