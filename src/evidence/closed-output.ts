/** A reader that leaves early (`| head`) must not end the program: what it still does, and its exit code, stay. */

const GONE = ['EPIPE', 'ERR_STREAM_DESTROYED'];

for (const stream of [process.stdout, process.stderr])
  stream.on('error', (error: NodeJS.ErrnoException) => {
    if (!GONE.includes(error.code ?? '')) throw error;
  });
