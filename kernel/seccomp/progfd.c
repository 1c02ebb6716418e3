// SPDX-License-Identifier: GPL-2.0
/*
 * Programs as files: what user space holds of a program apart from all chains, can
 * hand to others, and attach as often as it likes.
 */
#include <linux/anon_inodes.h>
#include <linux/err.h>
#include <linux/file.h>
#include <linux/filter.h>
#include <linux/fs.h>
#include <linux/seq_file.h>
#include <linux/uaccess.h>

#include "internal.h"

/* The caller gets to know how much room it takes, whether it was enough or not. */
static long seccomp_progfd_info(const struct seccomp_prog *prog,
				struct seccomp_prog_info __user *uinfo)
{
	struct seccomp_prog_info info;
	void __user *uinsns;
	u32 room;

	if (copy_from_user(&info, uinfo, sizeof(info)))
		return -EFAULT;
	uinsns = u64_to_user_ptr(info.insns);
	room = info.len;
	info.id = prog->id;
	info.len = prog->len;
	info.layers = READ_ONCE(prog->layers);
	if (copy_to_user(uinfo, &info, sizeof(info)))
		return -EFAULT;
	if (!uinsns)
		return 0;
	if (room < prog->len)
		return -ENOSPC;
	return copy_to_user(uinsns, prog->insns, seccomp_prog_size(prog)) ? -EFAULT : 0;
}

static long seccomp_progfd_ioctl(struct file *file, unsigned int cmd, unsigned long arg)
{
	if (cmd != SECCOMP_IOCTL_PROG_INFO)
		return -ENOTTY;
	return seccomp_progfd_info(file->private_data, (void __user *)arg);
}

static int seccomp_progfd_release(struct inode *inode, struct file *file)
{
	seccomp_prog_put(file->private_data);
	return 0;
}

#ifdef CONFIG_PROC_FS
static void seccomp_progfd_fdinfo(struct seq_file *m, struct file *file)
{
	const struct seccomp_prog *prog = file->private_data;

	seq_printf(m, "id:\t%llu\nlen:\t%u\nlayers:\t%u\n", prog->id, prog->len,
		   READ_ONCE(prog->layers));
}
#endif

static const struct file_operations seccomp_progfd_fops = {
	.owner		= THIS_MODULE,
	.unlocked_ioctl	= seccomp_progfd_ioctl,
	.compat_ioctl	= compat_ptr_ioctl,
	.release	= seccomp_progfd_release,
#ifdef CONFIG_PROC_FS
	.show_fdinfo	= seccomp_progfd_fdinfo,
#endif
};

/**
 * seccomp_progfd_open - make a file of a program
 * @prog:	the program; the file takes a reference of its own
 *
 * Context: Process context. May sleep.
 * Return: The file; -ENOMEM, -ENFILE.
 */
struct file *seccomp_progfd_open(struct seccomp_prog *prog)
{
	struct file *file;

	file = anon_inode_getfile("seccomp program", &seccomp_progfd_fops, prog, O_RDONLY);
	if (!IS_ERR(file))
		seccomp_prog_get(prog);
	return file;
}

/**
 * seccomp_progfd_prog - the program behind a file
 * @file:	the file
 *
 * Context: Any; something keeps @file.
 * Return: The program, as long as @file stays; -EINVAL if it is a file of another
 *	   kind.
 */
struct seccomp_prog *seccomp_progfd_prog(const struct file *file)
{
	return file->f_op == &seccomp_progfd_fops ? file->private_data : ERR_PTR(-EINVAL);
}

/**
 * seccomp_progfd_get - the program behind a descriptor of the caller
 * @fd:		the descriptor
 *
 * Context: Process context.
 * Return: The program, with a reference for the caller to put; -EBADF, or -EINVAL if
 *	   it is a descriptor of something else.
 */
struct seccomp_prog *seccomp_progfd_get(int fd)
{
	struct seccomp_prog *prog;

	CLASS(fd, f)(fd);
	if (fd_empty(f))
		return ERR_PTR(-EBADF);
	prog = seccomp_progfd_prog(fd_file(f));
	return IS_ERR(prog) ? prog : seccomp_prog_get(prog);
}

/**
 * seccomp_progfd_create - make a program that nothing runs yet
 * @uprogram:	a struct sock_fprog in user space
 *
 * It takes no privilege: only a layer confines anybody.
 *
 * Context: Process context. May sleep.
 * Return:
 * * %0 or more	- The descriptor.
 * * %-EFAULT	- @uprogram or its instructions cannot be read.
 * * %-EINVAL	- The program is refused.
 * * %-ENOMEM	- No memory, or none left for compiled BPF.
 * * %-EMFILE, %-ENFILE - No descriptor or no file left.
 */
long seccomp_progfd_create(void __user *uprogram)
{
	struct sock_fprog program;
	struct seccomp_prog *prog;
	struct file *file;
	int err, fd;

	err = seccomp_fprog_read(&program, uprogram);
	if (err)
		return err;
	prog = seccomp_prog_create(&program);
	if (IS_ERR(prog))
		return PTR_ERR(prog);
	file = seccomp_progfd_open(prog);
	seccomp_prog_put(prog);
	if (IS_ERR(file))
		return PTR_ERR(file);
	fd = get_unused_fd_flags(O_CLOEXEC);
	if (fd < 0)
		fput(file);
	else
		fd_install(fd, file);
	return fd;
}
