// Package adversary holds no code of its own: its test runs servers that no cause was written around, and servers that
// lie, against the whole set of causes. What counts is that nothing is called proved that is not.
package adversary
