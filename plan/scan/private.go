package scan

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"path/filepath"

	"treaty/plan/tree"
)

// Read is the content of the regular file called name, of at most so many bytes. It neither follows a link nor
// waits for a FIFO's writer, and of a giant it reads nothing. Errors are those of Open, or wrap ErrTooLarge.
func (d *Dir) Read(name string, most int64) ([]byte, error) {
	f, err := d.Open(name)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return nil, d.error(name, err)
	}
	if info.Size() > most {
		return nil, d.error(name, tooLarge(info.Size(), most))
	}
	text := bytes.NewBuffer(make([]byte, 0, info.Size()+bytes.MinRead))
	if _, err := text.ReadFrom(io.LimitReader(f, most+1)); err != nil {
		return nil, d.error(name, err)
	}
	if int64(text.Len()) > most {
		return nil, d.error(name, tooLarge(int64(text.Len()), most))
	}
	return text.Bytes(), nil
}

func tooLarge(size, most int64) error {
	return fmt.Errorf("%w: %d bytes, where %d are the most", ErrTooLarge, size, most)
}

// ReadFile is Dir.Read of a file that lies anywhere. Links in the folders above it are followed.
func ReadFile(path string, most int64) ([]byte, error) {
	folder, name := filepath.Split(path)
	h, err := openTop(filepath.Join(folder, "."))
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	d := newDir(h, tree.Root, 0)
	defer d.Release()
	text, err := d.Read(name, most)
	if about := (*tree.PathError)(nil); errors.As(err, &about) {
		err = about.Err // path names it better than its name in the folder
	}
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return text, nil
}
