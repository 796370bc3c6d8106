using Byon.MediaNode.Core.Protocol.Sip.Messages;
using Byon.MediaNode.Core.Protocol.Sip.Registrations;
using Byon.MediaNode.Core.Protocol.Sip.Sessions;
using Byon.MediaNode.Core.Protocol.Sip.Transactions;

namespace Byon.MediaNode.Core.Protocol.Sip;

/// <summary>Requests of peers (RFC 3261 §8.2), in the order of checks that section gives.</summary>
public sealed partial class SipAgent
{
    private void Dispatch(Instant now, RequestArrival arrival)
    {
        var request = arrival.Request;
        if (arrival.Transaction is not { } transaction) DispatchAck(now, request);
        else if (request.Method == SipMethods.Cancel) DispatchCancel(now, request, transaction);
        else if (SipOptionTags.UnsupportedOf(request) is { Count: > 0 } unsupported) RefuseExtensions(now, transaction, unsupported);
        else if (arrival.IsMerged) Respond(now, transaction, 482);
        else if (request.Method == SipMethods.Notify) Notified(now, request, transaction);
        else if (request.Method == SipMethods.Subscribe) Subscribed(now, request, transaction);
        else if (request.To.Tag is not null) DispatchInDialog(now, request, transaction);
        else DispatchOutOfDialog(now, request, transaction);
    }

    private void DispatchAck(Instant now, SipRequest ack)
    {
        if (SessionOf(ack) is not { } session)
        {
            Count(SipRejection.StrayAck);
            return;
        }

        session.ReceiveAck(now, ack);
        Settle(session);
    }

    /// <summary>§9.2: 200 for the CANCEL whatever the INVITE does, 481 where there is none.</summary>
    private void DispatchCancel(Instant now, SipRequest cancel, ServerTransaction transaction)
    {
        var invite = _core.Transactions.InviteOf(cancel);
        Respond(now, transaction, invite is null ? 481 : 200);
        if (invite is { IsProceeding: true }) invite.Cancelled?.Invoke(now, cancel);
    }

    private void DispatchInDialog(Instant now, SipRequest request, ServerTransaction transaction)
    {
        if (SessionOf(request) is { } session)
        {
            session.Receive(now, request, transaction);
            Settle(session);
        }
        else
        {
            Respond(now, transaction, IsAllowed(request.Method) ? 481 : 405);
        }
    }

    /// <summary>NOTIFY of a subscription of ours; any other one gets 481 (RFC 6665 §4.1.3).</summary>
    private void Notified(Instant now, SipRequest notify, ServerTransaction transaction)
    {
        if (SessionOf(notify) is { } session)
        {
            session.Receive(now, notify, transaction);
            Settle(session);
            return;
        }

        var watch = _core.Watches.GetValueOrDefault((notify.CallId, notify.To.Tag ?? ""));
        Respond(now, transaction, watch?.Receive(now, notify) ?? 481);
        if (watch is null) return;
        _core.Wakes.Set(watch, watch.NextTimeout);
        Settle(watch.Owner);
    }

    /// <summary>Somebody wants to be told of a contact's calls (RFC 6665 §4.2.1).</summary>
    private void Subscribed(Instant now, SipRequest subscribe, ServerTransaction transaction)
    {
        var registration = subscribe.Uri.User is { } user ? _contacts.GetValueOrDefault(user) : null;
        if (subscribe.To.Tag is null && registration is null) Respond(now, transaction, 404);
        else _core.Transactions.Respond(now, transaction, _core.Watchers.Receive(now, subscribe, subscribe.To.Tag is null ? registration!.Line : null));
    }

    private void DispatchOutOfDialog(Instant now, SipRequest request, ServerTransaction transaction)
    {
        switch (request.Method)
        {
            case SipMethods.Invite when !request.Uri.IsSip && request.Uri.Scheme != "tel": Respond(now, transaction, 416); break;
            case SipMethods.Invite: Invited(now, request, (InviteServerTransaction)transaction); break;
            case SipMethods.Options: Respond(now, transaction, 200); break;
            case SipMethods.Bye or SipMethods.Info or SipMethods.Update or SipMethods.Prack or SipMethods.Refer: Respond(now, transaction, 481); break;
            default: Respond(now, transaction, 405); break;
        }
    }

    private void Invited(Instant now, SipRequest invite, InviteServerTransaction transaction)
    {
        if (invite.Uri.User is not { } user || !_contacts.TryGetValue(user, out var registration))
        {
            Respond(now, transaction, 404);
        }
        else if (Options.IsFixed && CallerPreferences.RejectUs(invite))
        {
            // Not RFC 3841's 480: a forking proxy would prefer it to the 486 of the phone that is meant (RFC 3261 §16.7).
            Respond(now, transaction, 488);
        }
        else if (_core.Transactions.IsOwnInvite(invite))
        {
            Respond(now, transaction, 482);
        }
        else if (SessionTimer.IsTooSmall(invite))
        {
            var tooSmall = Reply(invite, SessionTimer.TooSmall);
            SessionTimer.Refuse(tooSmall);
            _core.Transactions.Respond(now, transaction, tooSmall);
        }
        else if (!invite.Body.IsEmpty && invite.Sdp is null)
        {
            Respond(now, transaction, 415);
        }
        else if (RefusalOfReplaces(invite, registration, out var replaced) is { } refusal)
        {
            Respond(now, transaction, refusal);
        }
        else
        {
            var session = new SipSession(_core, new SipSessionId(++_lastId), registration.Line, isCaller: false);
            session.Take(transaction);
            _core.LookAhead(now, session);
            Tell(session, registration, invite, replaced?.Id);
        }
    }

    /// <summary>RFC 3323 §4.1.1.3. Who writes it into From wants to be anonymous, whatever the network asserts beside it.</summary>
    private const string AnonymousHost = "anonymous.invalid";

    private void Tell(SipSession session, SipRegistration registration, SipRequest invite, SipSessionId? replaced)
    {
        var asserted = invite.Addresses("P-Asserted-Identity").ToArray();
        var caller = asserted.FirstOrDefault(a => a.Uri.TelephoneNumber is not null) ?? asserted.FirstOrDefault() ?? invite.From;
        var name = Array.Find(asserted, a => a.DisplayName is not null)?.DisplayName ?? invite.From.DisplayName;
        var isWithheld = invite.Headers.Values("Privacy").Any(p => p.Split(';', StringSplitOptions.TrimEntries)
            .Any(word => word.ToLowerInvariant() is "id" or "user" or "header")) || caller.Uri.Host == AnonymousHost || invite.From.Uri.Host == AnonymousHost;
        _core.Tell(new SessionInvited(
            session.Id, registration.Id, caller.Uri, name, isWithheld, invite.To.Uri, invite.CallId, invite.Sdp,
            invite.Supports(SipOptionTags.Reliable))
        {
            Location = GeolocationHeader.Read(invite),
            SessionId = session.Dialog?.SessionId,
            Replaced = replaced,
        });
    }

    private SipSession? SessionOf(SipRequest request) =>
        _core.Dialogs.GetValueOrDefault(SipDialogId.Of(request));

    private void RefuseExtensions(Instant now, ServerTransaction transaction, IReadOnlyList<string> extensions)
    {
        var response = Reply(transaction.Request, 420);
        response.Headers.Add("Unsupported", string.Join(", ", extensions));
        _core.Transactions.Respond(now, transaction, response);
    }

    private void Respond(Instant now, ServerTransaction transaction, int status) =>
        _core.Transactions.Respond(now, transaction, Reply(transaction.Request, status));

    private SipResponse Reply(SipRequest request, int status)
    {
        var response = SipResponse.For(request, status, _core.Entropy.NextToken(8));
        if (SessionIdentifier.Of(request) is not null) response.Headers.Add(SessionIdentifier.Header, SessionIdentifier.New(_core.Entropy).Hear(request).ToString());
        if (status == 405 || request.Method == SipMethods.Options) response.Headers.Add("Allow", SipMethods.Allowed);
        if (status == 415 || request.Method == SipMethods.Options) response.Headers.Add("Accept", "application/sdp");
        return response;
    }

    private static bool IsAllowed(string method) => SipMethods.Allowed.Split(", ").Contains(method);
}
