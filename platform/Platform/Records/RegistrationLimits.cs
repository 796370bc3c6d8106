namespace Byon.Platform.Records;

/// <summary>What came of reserving a registration.</summary>
public enum Reservation
{
    Made,

    /// <summary>The device has an active registration of this number.</summary>
    DeviceTaken,

    NumberFull,
    UserFull,
    TooManyDevices,
}

/// <summary>How many active registrations there may be. The operator's policy, checked where the reservation is made, so that it holds in a race too.</summary>
/// <param name="PerNumber">Of one number, over all users and devices.</param>
/// <param name="PerUser">One user made with one number.</param>
/// <param name="DevicesPerUser">Different devices of one user with one number.</param>
public sealed record RegistrationLimits(int PerNumber, int PerUser, int DevicesPerUser)
{
    /// <param name="active">The active registrations of the wanted one's number.</param>
    public Reservation Check(IReadOnlyCollection<RegistrationRecord> active, RegistrationRecord wanted)
    {
        if (active.Count >= PerNumber)
            return Reservation.NumberFull;
        var ofUser = active.Where(record => record.Subject == wanted.Subject).ToList();
        if (ofUser.Count >= PerUser)
            return Reservation.UserFull;
        return ofUser.Select(record => record.DeviceId).Append(wanted.DeviceId).Distinct().Count() > DevicesPerUser
            ? Reservation.TooManyDevices
            : Reservation.Made;
    }
}
