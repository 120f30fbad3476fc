/** The caller's own account (section 6.11). */
import { json } from '../http/reply.ts';
import { nothing, personal, type Route } from '../http/route.ts';

const NO_DETAILS = { name: null, avatar_url: null, bio: null, company: null, location: null };
const SETTINGS = { theme: 'light', language: 'en', timezone: null, email_notifications: true };

export const userRoutes = (): Route[] => [
  personal('GET', '/api/users/profile', nothing, (_call, caller) => json({ ...NO_DETAILS, email: caller.email })),
  personal('GET', '/api/users/settings', nothing, () => json(SETTINGS)),
  personal('GET', '/api/users/sessions', nothing, () => json([])),
];
