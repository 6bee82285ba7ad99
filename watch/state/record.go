package state

import (
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"hash/crc32"

	"go.etcd.io/bbolt"
)

// A record is the CRC-32C of a JSON text, four bytes, and the text.

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

func seal(v any) ([]byte, error) {
	text, err := json.Marshal(v)
	if err != nil {
		return nil, err
	}
	return append(binary.BigEndian.AppendUint32(nil, crc32.Checksum(text, castagnoli)), text...), nil
}

var (
	errShort = errors.New("shorter than its checksum")
	errSum   = errors.New("the checksum is another")
)

// unseal gives the text of a record. It stays valid as long as the transaction.
func unseal(b []byte) ([]byte, error) {
	if len(b) < 4 {
		return nil, errShort
	}
	if binary.BigEndian.Uint32(b) != crc32.Checksum(b[4:], castagnoli) {
		return nil, errSum
	}
	return b[4:], nil
}

// get reads the record of key into v; found is false when there is none.
func (l *Local) get(tx *bbolt.Tx, bucket, key []byte, v any) (found bool, err error) {
	return l.read(tx.Bucket(bucket), bucket, key, v)
}

func (l *Local) read(b *bbolt.Bucket, name, key []byte, v any) (found bool, err error) {
	data := b.Get(key)
	if data == nil {
		return false, nil
	}
	return true, l.decode(name, key, data, v)
}

func (l *Local) decode(name, key, data []byte, v any) error {
	text, err := unseal(data)
	if err == nil {
		err = json.Unmarshal(text, v)
	}
	if err != nil {
		return &Damaged{l.file, string(name), string(key), err}
	}
	return nil
}

func put(b *bbolt.Bucket, key []byte, v any) error {
	data, err := seal(v)
	if err != nil {
		return fmt.Errorf("encode a record: %w", err)
	}
	return b.Put(key, data)
}
