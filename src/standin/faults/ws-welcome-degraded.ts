import { enveloped, isWelcome } from '../socket/frames.ts';
import { defineFault, NO_PARAMETERS } from '../switchboard/fault.ts';

export default defineFault({
  id: 'ws-welcome-degraded',
  layer: 'welcome',
  origin: 'history',
  summary: 'degraded_mode instead of the welcome, a fallback_response instead of an answer',
  parameters: NO_PARAMETERS,
  install: ({ wrap }) => {
    wrap(
      'ws.greeting',
      (next) => (connection, frames) =>
        next(connection, frames).map((frame) =>
          isWelcome(frame)
            ? enveloped('system_message', {
                event: 'degraded_mode',
                user_id: connection.userId,
                message: 'Connected with limited functionality',
                services_available: [],
              })
            : frame,
        ),
    );
    wrap(
      'ws.chat',
      () => (connection) =>
        connection.send(
          enveloped('agent_response', {
            type: 'fallback_response',
            content: 'The agents are not available at the moment, please try again later',
          }),
        ),
    );
  },
});
