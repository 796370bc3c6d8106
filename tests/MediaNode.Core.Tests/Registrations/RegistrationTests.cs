using Byon.MediaNode.Core;
using Byon.MediaNode.Core.Protocol.Sip;
using Byon.MediaNode.Core.Registrations;

namespace Byon.Tests.MediaNode.Core.Tests.Registrations;

public class RegistrationTests
{
    private static readonly SipRegistrationId Id = new(7);
    private static readonly TimeSpan Binding = TimeSpan.FromMinutes(10);

    private readonly List<RegistrationAction> _actions = [];
    private Instant _now = new(TimeSpan.FromDays(77).Ticks);

    [Fact]
    public void It_registers_for_the_binding_time_and_completes()
    {
        var registration = Started(TimeSpan.FromHours(1));
        Assert.Equal(new SendRegister(Binding), Assert.Single(_actions));
        Receive(registration, Accepted());
        Assert.Equal(new CompleteRegistration(RegistrationResult.Done), _actions[^1]);
        Assert.True(registration.IsRegistered);
    }

    [Fact]
    public void A_short_registration_asks_for_a_short_binding()
    {
        Started(TimeSpan.FromSeconds(90));
        Assert.Equal(new SendRegister(TimeSpan.FromSeconds(90)), Assert.Single(_actions));
    }

    [Theory]
    [InlineData(401, true, RegistrationFault.CredentialsRefused)]
    [InlineData(403, false, RegistrationFault.RefusedByIms)]
    [InlineData(404, false, RegistrationFault.RefusedByIms)]
    [InlineData(500, false, RegistrationFault.RefusedByIms)]
    [InlineData(503, false, RegistrationFault.ImsUnreachable)]
    [InlineData(408, false, RegistrationFault.ImsUnreachable)]
    [InlineData(504, false, RegistrationFault.ImsUnreachable)]
    [InlineData(0, false, RegistrationFault.ImsUnreachable)]
    public void A_refused_registration_tells_why_and_leaves_nothing(int status, bool credentials, RegistrationFault fault)
    {
        var registration = Started(TimeSpan.FromHours(1));
        Receive(registration, new RegistrationFailed(Id, status, "Why", credentials));
        var completed = Assert.IsType<CompleteRegistration>(_actions[^1]);
        Assert.Equal(fault, completed.Result.Fault);
        Assert.True(registration.IsOver);
        Assert.Empty(_actions.OfType<RegistrationLapsed>());
    }

    [Fact]
    public void It_expires_exactly_when_promised_and_deregisters()
    {
        var registration = Registered(TimeSpan.FromHours(1));
        Advance(registration, TimeSpan.FromHours(1) - TimeSpan.FromTicks(1));
        Assert.Empty(_actions.OfType<RegistrationLapsed>());
        Advance(registration, TimeSpan.FromTicks(1));
        Assert.Equal(RegistrationEnd.Expired, Assert.Single(_actions.OfType<RegistrationLapsed>()).End);
        Assert.Single(_actions.OfType<SendUnregister>());
        Receive(registration, new RegistrationRemoved(Id));
        Assert.True(registration.IsOver);
        Assert.Null(registration.NextTimeout);
    }

    [Fact]
    public void A_refresh_moves_the_end_once_the_network_agrees()
    {
        var registration = Registered(TimeSpan.FromMinutes(2));
        registration.Refresh(_now, _now + TimeSpan.FromMinutes(5));
        Drain(registration);
        Assert.Equal(new SendRefresh(TimeSpan.FromMinutes(5)), _actions[^1]);
        Receive(registration, Accepted());
        Assert.Equal(new CompleteRegistration(RegistrationResult.Done), _actions[^1]);
        Advance(registration, TimeSpan.FromMinutes(3));
        Assert.True(registration.IsRegistered);
        Advance(registration, TimeSpan.FromMinutes(2));
        Assert.False(registration.IsRegistered);
    }

    [Fact]
    public void The_agents_own_refresh_does_not_move_the_end()
    {
        var registration = Registered(TimeSpan.FromMinutes(2));
        Receive(registration, Accepted());
        Assert.Single(_actions.OfType<CompleteRegistration>());
        Advance(registration, TimeSpan.FromMinutes(2));
        Assert.Single(_actions.OfType<RegistrationLapsed>());
    }

    [Fact]
    public void A_refresh_that_fails_ends_the_registration_and_tells_both()
    {
        var registration = Registered(TimeSpan.FromMinutes(2));
        registration.Refresh(_now, _now + TimeSpan.FromMinutes(5));
        Receive(registration, new RegistrationFailed(Id, 0, "", false));
        Assert.Equal(RegistrationFault.ImsUnreachable, _actions.OfType<CompleteRegistration>().Last().Result.Fault);
        Assert.Equal(RegistrationEnd.NetworkTerminated, Assert.Single(_actions.OfType<RegistrationLapsed>()).End);
        Assert.True(registration.IsOver);
    }

    [Fact]
    public void Losing_the_network_ends_the_registration_once()
    {
        var registration = Registered(TimeSpan.FromHours(1));
        Receive(registration, new RegistrationFailed(Id, 403, "Forbidden", false));
        Receive(registration, new RegistrationFailed(Id, 403, "Forbidden", false));
        var lapsed = Assert.Single(_actions.OfType<RegistrationLapsed>());
        Assert.Equal(RegistrationEnd.NetworkTerminated, lapsed.End);
        Assert.Contains("SIP 403 Forbidden", lapsed.Description, StringComparison.Ordinal);
    }

    [Fact]
    public void Its_owner_removes_it_and_nothing_is_told()
    {
        var registration = Registered(TimeSpan.FromHours(1));
        registration.Remove(_now);
        registration.Remove(_now);
        Drain(registration);
        Assert.Single(_actions.OfType<SendUnregister>());
        Assert.Empty(_actions.OfType<RegistrationLapsed>());
        Assert.False(registration.IsOver);
        Receive(registration, new RegistrationRemoved(Id));
        Assert.True(registration.IsOver);
    }

    [Fact]
    public void A_removal_that_the_network_never_confirms_is_over_in_the_end()
    {
        var registration = Registered(TimeSpan.FromHours(1));
        registration.Remove(_now);
        Advance(registration, TimeSpan.FromSeconds(40));
        Assert.True(registration.IsOver);
    }

    [Fact]
    public void A_refresh_of_what_has_ended_fails()
    {
        var registration = Registered(TimeSpan.FromHours(1));
        registration.Remove(_now);
        registration.Refresh(_now, _now + TimeSpan.FromHours(2));
        Drain(registration);
        Assert.Equal(RegistrationFault.Ended, Assert.IsType<CompleteRegistration>(_actions[^1]).Result.Fault);
    }

    [Fact]
    public void An_expiry_during_a_refresh_decides_the_refresh()
    {
        var registration = Registered(TimeSpan.FromSeconds(30));
        registration.Refresh(_now, _now + TimeSpan.FromHours(1));
        Advance(registration, TimeSpan.FromSeconds(30));
        Assert.Equal(RegistrationFault.Ended, _actions.OfType<CompleteRegistration>().Last().Result.Fault);
    }

    private static RegistrationAccepted Accepted() => new(Id, Binding, []);

    private Registration Started(TimeSpan lifetime)
    {
        var registration = new Registration(_now + lifetime, Binding);
        registration.Start(_now);
        Drain(registration);
        return registration;
    }

    private Registration Registered(TimeSpan lifetime)
    {
        var registration = Started(lifetime);
        Receive(registration, Accepted());
        return registration;
    }

    private void Receive(Registration registration, SipRegistrationEvent sipEvent)
    {
        registration.Receive(_now, sipEvent);
        Drain(registration);
    }

    private void Advance(Registration registration, TimeSpan by)
    {
        _now += by;
        if (registration.NextTimeout is { } next && next <= _now) registration.HandleTimeout(_now);
        Drain(registration);
    }

    private void Drain(Registration registration)
    {
        while (registration.TryDequeue(out var action)) _actions.Add(action);
    }
}
