using Byon.MediaNode.Core.Protocol.Sip.Messages;

namespace Byon.MediaNode.Core.Protocol.Sip.Sessions;

/// <summary>Writes the INVITE that opens a session: RFC 3261 §8.1.1, and the identities of RFC 3323 and RFC 3325.</summary>
internal static class FirstInvite
{
    private static readonly SipUri AnonymousUri = new("sip:anonymous@anonymous.invalid");

    public static SipRequest Write(SipAgentCore core, SipLine line, SipInviteRequest request)
    {
        var invite = new SipRequest(SipMethods.Invite, request.Target);
        var caller = new NameAddress(request.CallerName, line.PreferredIdentity, SipParameters.Empty);
        var shown = request.Anonymous ? new NameAddress("Anonymous", AnonymousUri, SipParameters.Empty) : caller with { Uri = line.Identity };
        foreach (var route in line.Routes()) invite.Headers.Add("Route", route);
        invite.Headers.Add("Max-Forwards", "70");
        invite.Headers.Add("From", shown.WithTag(core.Entropy.NextToken(8)).ToString());
        invite.Headers.Add("To", new NameAddress(request.Target).ToString());
        invite.Headers.Add("Call-ID", core.Entropy.NextToken(16));
        invite.Headers.Add("CSeq", "1 INVITE");
        invite.Headers.Add(SessionIdentifier.Header, SessionIdentifier.New(core.Entropy).ToString());
        core.AddCapabilities(invite, line);
        invite.Headers.Add("P-Preferred-Identity", caller.ToString());
        if (request.Anonymous) invite.Headers.Add("Privacy", "id");
        if (core.Options.AccessNetwork is { } access) invite.Headers.Add("P-Access-Network-Info", access);
        if (core.Options.IsTelephony) MultimediaTelephony.Ask(invite);
        if (core.Options.UserAgent.Length > 0) invite.Headers.Add("User-Agent", core.Options.UserAgent);
        invite.Headers.Add("Accept", "application/sdp");
        invite.Headers.Add(EarlyMedia.Header, "supported");
        if (request.IsEmergency) invite.Headers.Add("Priority", "emergency");
        if (request.Replaces is { } replaces) invite.Headers.Add(ReplacesHeader.Name, replaces.ToString());
        if (request.ReferredBy is { } referrer) invite.Headers.Add("Referred-By", $"<{referrer}>");
        if (request.NotToGateways) invite.Headers.Add(CallerPreferences.RejectContact, CallerPreferences.RejectsFixed);
        if (request.Offer is { } offer) invite.SetSdp(offer);
        else invite.Headers.Set("Supported", SipOptionTags.SupportedButReliable);
        if (request.Location is { } location) GeolocationHeader.Attach(invite, location, core.Entropy.NextToken(16), line.Identity.Host);
        return invite;
    }
}
