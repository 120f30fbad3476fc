import { z } from 'zod';
import { edgeReply, isApi } from '../switchboard/about.ts';
import { defineFault } from '../switchboard/fault.ts';

export default defineFault({
  id: 'platform-redeploy',
  layer: 'network',
  origin: 'history',
  summary: 'after the first chat message sockets close 1012, two seconds of 503, then a process that has forgotten',
  parameters: z.object({ down: z.coerce.number().positive().default(2_000) }),
  install: ({ wrap, server }, { down }) => {
    let armed = true;
    let until = 0;
    const redeploy = () => {
      armed = false;
      until = Date.now() + down;
      for (const socket of server.sockets()) socket.close(1012, 'Service restart');
      setTimeout(() => server.restart(), down).unref();
    };
    wrap(
      'http.transmit',
      (next) => async (call, send) => {
        await next(call, send);
        if (armed && accepted.has(call)) redeploy();
      },
      isApi,
    );
    const accepted = new WeakSet<object>();
    wrap(
      'http.finish',
      (next) => (call, reply) => {
        if (call.route === 'POST /api/chat/messages' && reply.status === 200) accepted.add(call);
        return next(call, reply);
      },
      isApi,
    );
    wrap(
      'edge.answer',
      (next) => (unit) => (Date.now() < until ? edgeReply(503, 'text/plain', 'Service Unavailable') : next(unit)),
      isApi,
    );
  },
});
