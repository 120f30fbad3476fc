/** The caller's own account. */
import { z } from 'zod';
import { nonEmpty } from './primitives.ts';

const optionalText = z.string().nullable();

export const profileReply = z.looseObject({
  name: optionalText,
  email: nonEmpty,
  avatar_url: optionalText,
  bio: optionalText,
  company: optionalText,
  location: optionalText,
});

/** GET /api/users/settings: the harmless first call of a new user. */
export const settingsReply = z.looseObject({
  theme: z.string(),
  language: z.string(),
  timezone: optionalText,
  email_notifications: z.boolean(),
});

export const sessionsReply = z.array(z.unknown());
