using Byon.MediaNode.Core.Protocol.Sip.Messages;
using Byon.MediaNode.Core.Protocol.Sip.Registrations;
using Byon.MediaNode.Core.Protocol.Sip.Sessions;

namespace Byon.MediaNode.Core.Protocol.Sip;

/// <summary>Calls that take another one's place: Replaces (RFC 3891) and REFER (RFC 3515).</summary>
public sealed partial class SipAgent
{
    /// <summary>Gives the ACK of an INVITE that went out without an offer: the answer to the one in its 2xx.</summary>
    public void Acknowledge(Instant now, SipSessionId session, string answer) => On(session, s => s.Acknowledge(now, answer));

    /// <summary>
    /// Asks the peer of a confirmed session to call somebody (Refer-To, see <see cref="ReferTarget.Write"/>).
    /// SessionReferNotified follows, at the latest with the session's end.
    /// </summary>
    public void Refer(Instant now, SipSessionId session, string referTo) => On(session, s => s.Refer(now, referTo));

    /// <summary>Value of Refer-To for a call to a number's phones without the gateway's devices (RFC 3841).</summary>
    public static string ReferToPhones(SipUri number) =>
        ReferTarget.Write(number, new SipHeader(CallerPreferences.RejectContact, CallerPreferences.RejectsFixed));

    /// <summary>Answers SessionReferred: 202, and the NOTIFY that says so.</summary>
    public void AcceptRefer(Instant now, SipSessionId session) =>
        On(session, s => s.Referred?.Accept(now));

    public void RejectRefer(Instant now, SipSessionId session, int status) => On(session, s => s.Referred?.Reject(now, status));

    /// <summary>Tells who referred us how its call goes, also after that session's end. A final status is the last word.</summary>
    public void NotifyRefer(Instant now, SipSessionId session, int status)
    {
        if (_core.Referred.TryGetValue(session, out var referred)) referred.Notify(now, status);
    }

    /// <summary>RFC 3891 §3: what an INVITE with Replaces is refused with; null where it may go on.</summary>
    /// <param name="replaced">The session whose dialog it takes over; null where it replaces none.</param>
    private int? RefusalOfReplaces(SipRequest invite, SipRegistration called, out SipSession? replaced)
    {
        replaced = null;
        if (!invite.Headers.Has(ReplacesHeader.Name)) return null;
        if (invite.Headers.Values(ReplacesHeader.Name) is not [var only] || !ReplacesHeader.TryParse(only, out var replaces)) return 400;
        var session = _core.Dialogs.GetValueOrDefault(new SipDialogId(replaces.CallId, replaces.ToTag, replaces.FromTag));
        if (session is null || session.Line.ContactUser != called.Line.ContactUser) return 481;
        if (session.IsEnded) return 603;
        // An early dialog can only be taken from the one who made it.
        if (!session.IsConfirmed && !session.IsCaller) return 481;
        if (session.IsConfirmed && replaces.EarlyOnly) return 486;
        if (!MayReplace(invite, session)) return 403;
        replaced = session;
        return null;
    }

    /// <summary>
    /// In the trust domain an identity is enough (RFC 3891 §3, RFC 3892): the party that is replaced takes its own call along,
    /// or has referred somebody to us; and the subscriber may take a call to another phone of the same number.
    /// </summary>
    private static bool MayReplace(SipRequest invite, SipSession session)
    {
        SipUri?[] entitled = [NameAddress.TryParse(session.Dialog!.RemoteAddress, out var remote) ? remote.Uri : null, session.Line.Identity, session.Line.PreferredIdentity];
        var claims = invite.Addresses("P-Asserted-Identity").Select(a => a.Uri).ToList();
        if (claims.Count == 0) claims.Add(invite.From.Uri);
        claims.AddRange(invite.Addresses("Referred-By").Select(a => a.Uri));
        return claims.Exists(claim => Array.Exists(entitled, party => party is not null && AreSame(claim, party)));
    }

    private static bool AreSame(SipUri one, SipUri other) => one.TelephoneNumber is { } number
        ? number == other.TelephoneNumber
        : one.IsSip && other.IsSip && one.User == other.User && string.Equals(one.Host, other.Host, StringComparison.OrdinalIgnoreCase);
}
